"""Printing of what a server says at its start.

Rule: a token that was made is told in any case, for nothing else tells it. Standard library only, since a
supervisor of workers imports it.
"""

from __future__ import annotations

import sys
from typing import TextIO

from oifde_simulator.config import Settings
from oifde_simulator.web.control_plane import access_token


def print_first(lines: str, settings: Settings, token: str | None, out: TextIO) -> None:
    """Print the lines, or with `--quiet` a made token alone, to standard error."""
    if not settings.quiet:
        print(lines, file=out, flush=True)
    elif made := access_token.made_token(settings, token):
        print(token_line(made), file=sys.stderr, flush=True)


def token_line(token: str) -> str:
    """Write the line that tells the control plane's token."""
    return f"  control token  {token}"
