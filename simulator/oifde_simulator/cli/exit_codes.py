"""Exit codes that commands share."""

from __future__ import annotations

OK, FAILED, USAGE_ERROR = 0, 1, 2
"""All is well; a checked thing is wrong; the command cannot do its work."""
