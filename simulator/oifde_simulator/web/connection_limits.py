"""Limits of one connection, the same on both planes."""

from __future__ import annotations

from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.fast_dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Deadlines and sizes that a client of either plane has to keep."""

    idle_seconds: float = Settings.idle_timeout
    """Time that a connection may go without a whole request head or TLS handshake, silent or dribbling."""
    body_seconds: float = Settings.body_timeout
    """Time from the head of a request to the end of its body."""
    write_seconds: float = Settings.write_timeout
    """Time that a client may leave an answer unread."""
    max_header_bytes: int = Settings.max_header_bytes
    """Bytes of the request line, and of each header."""
    max_headers: int = Settings.max_headers
    """Headers of a request."""

    def options(self) -> dict[str, Any]:
        """Make the options of an `HttpConnection`."""
        return {
            "keepalive_timeout": self.idle_seconds,
            "lingering_time": self.body_seconds,
            "write_seconds": self.write_seconds,
            "max_line_size": self.max_header_bytes,
            "max_field_size": self.max_header_bytes,
            "max_headers": self.max_headers,
        }

    @classmethod
    def of(cls, settings: Settings) -> ConnectionLimits:
        """Take the limits from the settings of a server."""
        return cls(
            idle_seconds=settings.idle_timeout,
            body_seconds=settings.body_timeout,
            write_seconds=settings.write_timeout,
            max_header_bytes=settings.max_header_bytes,
            max_headers=settings.max_headers,
        )
