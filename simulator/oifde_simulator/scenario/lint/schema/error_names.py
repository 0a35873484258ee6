"""Explains a value that is no name of the vendor's errors: codes, and names by their meaning."""

from __future__ import annotations

import re
from typing import Any

from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME
from oifde_simulator.text import nearest, shown

CLOSE = 0.75
"""Likeness from which one name was meant."""
MEANINGS = (
    (r"expir|too.?old|stale", "token-expired", "a token that has expired"),
    (r"token|unauthori|forbidden|auth", "token-invalid", "a token that is not accepted"),
    (r"lock|block|ban", "account-locked", "an account that is locked"),
    (r"secret|password|credential|wrong.?key", "key-wrong", "a wrong secret"),
    (r"tenant|app.?key|key", "key-unknown", "an unknown tenant"),
    (r"missing|required|mandatory|absent", "parameter-missing", "a field that is missing"),
    (r"param|argument|field|invalid|bad", "parameter-incorrect", "a wrong field"),
    (r"internal|server|system|fail|down|fault|error", "internal-error", "a broken system"),
)
"""Words in other people's names, the name here, and what it is for. The first match wins."""
EXAMPLES = ("token-expired", "key-wrong", "parameter-missing", "internal-error", "recording-no-data")
"""A name of each kind of errors."""


def explained(value: Any) -> str:
    """Write the message about a value of `error`."""
    code = value if type(value) is int else int(value) if str(value).isdecimal() else None
    if code in BY_CODE:
        return f'{BY_CODE[code].text} is "{BY_CODE[code].name}": write that name, or errorCode: {code}'
    if code is not None:
        return f"no documented error has the code {code}; for any code write errorCode: {code}"
    if not isinstance(value, str):
        return f"expected the name of an error; {_names()}"
    if near := nearest(value, BY_NAME, CLOSE):
        return f'{shown(value)} is none of the {len(BY_NAME)} that are known here; did you mean "{near}"?'
    meant = ((name, use) for words, name, use in MEANINGS if re.search(words, value.lower()))
    hint = next((f"; for {use} write {name}" for name, use in meant), "")
    return f"no error is called {shown(value)}{hint or f'; {_names()}'}"


def _names() -> str:
    """Name some errors with their codes, as the wire has them, and the page that lists all."""
    some = ", ".join(f"{name} ({BY_NAME[name].text})" for name in EXAMPLES)
    return f'there are {some} and more: docs/scenarios.md lists all under "Errors by name"'
