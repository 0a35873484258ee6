"""What the kernel knows of a connection and Python does not say."""

from __future__ import annotations

import struct

try:
    from fcntl import ioctl
    from termios import TIOCOUTQ
except ImportError:  # Windows

    def unacknowledged(descriptor: int) -> int:  # noqa: ARG001
        """Not known here."""
        return 0
else:

    def unacknowledged(descriptor: int) -> int:
        """Bytes that were sent and that the other side has not acknowledged; a reset throws them away."""
        try:
            return int(struct.unpack("i", ioctl(descriptor, TIOCOUTQ, bytes(4)))[0])
        except OSError:  # closed, or a system that does not say
            return 0
