"""Settings of the whole server that may change while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Settings(Protocol):
    """Settings of the whole server that may change while it runs."""

    async def global_delay(self) -> Mapping[str, Any]:
        """Tell the delay of every answer, as it was set; empty for none."""
        ...

    async def set_global_delay(self, given: Mapping[str, Any]) -> None:
        """Delay every answer from now on; counting its answers begins anew."""
        ...

    async def next_delayed(self) -> int:
        """Count one more delayed answer; from 1."""
        ...
