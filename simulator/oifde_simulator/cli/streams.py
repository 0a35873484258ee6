"""Standard input, output and error of a process that was started without some of them."""

from __future__ import annotations

import os
import sys

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""Names in `sys`, and modes, by file descriptor."""


def open_standard_streams() -> None:
    """Open the null device in the place of each descriptor that is closed.

    Else the next file or socket would get its number, and be taken for it.
    """
    for number, (name, mode) in enumerate(STREAMS):
        if _is_closed(number):
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            os.set_inheritable(opened, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115  as long as the process


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False
