"""Memory that was freed, given back to the system.

glibc keeps blocks of up to 32 MiB for later, once one of that size was freed (mallopt(3), M_MMAP_THRESHOLD).
So a flood of large bodies would leave its mark for good. Rule: other C libraries are left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Give free memory back to the system."""
    _trim()(0)


@cache
def _trim() -> Callable[[int], int]:
    """Find malloc_trim(3); where there is none, a function that does nothing."""
    try:
        import ctypes  # not needed at the start

        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (ImportError, OSError, TypeError, AttributeError):
        return lambda _: 0
    return found if sys.platform == "linux" else lambda _: 0
