"""Steps of credentials as arguments of a script, and verdicts as the digits that scripts have."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.model.credential_step import SecretStep, SecretVerdict, TokenStep, TokenVerdict
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.store import Argument

TOKEN_VERDICTS: tuple[TokenVerdict, ...] = ("good", "missing", "expired", "unknown")
"""Verdicts by the digit that stands for them in scripts."""
SECRET_VERDICTS: tuple[SecretVerdict, ...] = ("good", "wrong", "locked")
TOKEN_DIGITS = {verdict: digit for digit, verdict in enumerate(TOKEN_VERDICTS)}


def token_arguments(step: TokenStep) -> Sequence[Argument]:
    """Encode a step with a token."""
    token, worth, number, single, uses, is_use = step
    return (
        "token",
        packed(token),
        TOKEN_DIGITS[worth],
        "" if number is None else number,
        int(single),
        "" if uses is None else uses,
        int(is_use),
    )


def secret_arguments(step: SecretStep) -> Sequence[Argument]:
    """Encode a step with a secret."""
    lock_after = "" if step.lock_after is None else step.lock_after
    return ("secret", int(step.right), lock_after, int(step.issues))
