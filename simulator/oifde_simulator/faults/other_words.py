"""Other words for faults, as people and other tools say them; none is a name of ours."""

from __future__ import annotations

OTHER_WORDS = {
    **dict.fromkeys(("timeout", "stall", "freeze", "silence", "no-answer", "no-response"), "hang"),
    **dict.fromkeys(("delay", "sleep", "wait", "slow", "pause"), "latency"),
    **dict.fromkeys(
        ("drop", "abort", "disconnect", "kill", "rst", "connection-reset", "connection-reset-by-peer"),
        "reset",
    ),
    **dict.fromkeys(("empty", "no-body"), "empty-response"),
    **dict.fromkeys(("throttle", "rate"), "bandwidth"),
    **dict.fromkeys(("truncate", "limit-data", "partial"), "cut"),
    **dict.fromkeys(("trickle", "drip"), "dribble"),
    "malformed-response-chunk": "malformed-chunk",
    "random-data-then-close": "garbage",
}


def meant_fault(word: str) -> str:
    """Find the fault that another word stands for; empty for any other text."""
    return OTHER_WORDS.get(word.lower().replace("_", "-"), "")
