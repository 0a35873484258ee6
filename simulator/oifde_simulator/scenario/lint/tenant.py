"""Checks texts of `tenant`, `settings`, `clock` and `generate`, whose grammars no JSON Schema can express.

Each `..._error` function answers with the mistake and its fix, or with an empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PureWindowsPath
from typing import Any

from oifde_simulator.clock import LATEST
from oifde_simulator.instants import instant, instant_error, iso, time_zone_error
from oifde_simulator.quantities import whole_seconds
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath, shown

LONGEST_LIFETIME = 2**31 - 1
"""Longest token lifetime in seconds: the vendor's `expireTime` is a 32-bit integer."""


def lint(value: Any, stem: str | None) -> Iterator[Finding]:
    """Check a scenario of any shape; `stem` is the name of its file, which stands in for the tenant's id."""
    for path, error_of in TEXTS.items():
        text = value_at(value, path)
        if isinstance(text, str) and (message := error_of(text)):
            yield Finding(path, message)
    tenant = value_at(value, ("tenant",))
    if not isinstance(tenant, dict) or "id" not in tenant:
        message = tenant_id_error(stem) if stem else "nothing names the tenant"
        if message:
            yield Finding((), f"{message}; write tenant: {{id: ...}} into the file")


def warnings(value: Any, id: str) -> Iterator[Finding]:
    """Check a good scenario `value`, whose tenant is called `id`."""
    yield from _late_start(value_at(value, ("clock", "start")))
    yield from _lookalike(value, id)


def _lookalike(value: Any, id: str) -> Iterator[Finding]:
    """Warn of a letter in a tenant's id that only looks like a Latin one."""
    if id.isascii():
        return
    from oifde_simulator.scenario.lint import lookalikes  # seldom wanted
    from oifde_simulator.scenario.yaml.confusables import name

    if letter := lookalikes.in_latin(id):
        message = (
            f"the tenant id {shown(id)} has {name(letter)} between Latin letters: another one, in clients, "
            "names another tenant; write a Latin letter if one is meant"
        )
        yield Finding(("tenant", "id") if value_at(value, ("tenant", "id")) else (), message)


def _late_start(start: str | None) -> Iterator[Finding]:
    """Warn of a clock that starts after the last time that one tells, unless it stands still."""
    if start is not None and (instant(start) or 0) > LATEST:
        end = f"{iso(LATEST)[:-5]}Z"
        message = (
            f"{shown(start)} is later than a clock that runs can tell: {end} is served, and stays; "
            f"write {shown(end)} or earlier"
        )
        yield Finding(("clock", "start"), message)


def tenant_id_error(text: str) -> str:
    """Check that a tenant id has only visible characters, and no blanks at its ends."""
    if text.isprintable() and text.strip() == text:
        return ""
    return (
        f"the tenant id {shown(text)} has characters at its ends or inside that cannot be seen; remove them"
    )


def _lifetime_error(text: str) -> str:
    if _is_lifetime(text):
        return ""
    from oifde_simulator_client.duration_mistakes import duration_fix  # only wanted when something is wrong

    meant = duration_fix(text)
    fix = meant if _is_lifetime(meant.removeprefix("write ")) else "write it as 3600, 90s or 2h"
    return f"{shown(text)} is no lifetime of whole seconds, 1 to {LONGEST_LIFETIME}; {fix}"


def _is_lifetime(text: str) -> bool:
    try:
        return 1 <= whole_seconds(text) <= LONGEST_LIFETIME
    except ValueError:
        return False


def _clock_error(text: str) -> str:
    expected = 'now, or an instant such as "2026-01-01T00:00:00Z"'
    return "" if text == "now" else instant_error(text, expected)


def _start_error(text: str) -> str:
    if text == "now":
        return f"{shown(text)} is no instant; a clock starts now where start is left out"
    return instant_error(text)


def unquoted_clock_error(path: KeyPath, text: str) -> str:
    """Say how to write an instant of the clock that stands without quotes, right at once."""
    return TEXTS[path](text) or f"{text} without quotes is a date; put it in quotes: {shown(text)}"


def _folder_error(text: str) -> str:
    path = PureWindowsPath(text)
    inside = not (path.is_absolute() or path.drive or path.root or text.startswith("/"))
    if inside and ".." not in path.parts and text.isprintable():
        return ""
    return f"{shown(text)} leads elsewhere; write a folder beside the scenario file, such as recordings"


TEXTS: Mapping[KeyPath, Callable[[str], str]] = {
    ("tenant", "id"): tenant_id_error,
    ("tenant", "token_lifetime"): _lifetime_error,
    ("settings", "time_zone"): time_zone_error,
    ("sessions", "generate", "time_zone"): time_zone_error,
    ("clock",): _clock_error,
    ("clock", "start"): _start_error,
    ("recordings", "folder"): _folder_error,
}
"""Checks of single texts, by the path of the text."""
