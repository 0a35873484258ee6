"""Options of `serve` in Python: names are checked, values may be numbers, switches, paths and lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from oifde_simulator.pytest_plugin.serve_options import MARK, arguments, normalize

WRITTEN = {
    "a text": ({"tls": "auto"}, ["--tls=auto"]),
    "a number": ({"error_status": 500}, ["--error-status=500"]),
    "a duration": ({"idle_timeout": "0.5s"}, ["--idle-timeout=0.5s"]),
    "a switch that is on": ({"no_bundled": True}, ["--no-bundled"]),
    "a switch that is off": ({"no_bundled": False}, []),
    "a switch as a text": ({"no_bundled": "true"}, ["--no-bundled"]),
    "a switch as a number": ({"no_bundled": 1}, ["--no-bundled"]),
    "a path": ({"tls_dir": Path("authority")}, ["--tls-dir=authority"]),
    "one of a list": ({"scenarios": "worlds"}, ["--scenarios=worlds"]),
    "a list": ({"scenarios": ["a", Path("b")]}, ["--scenarios=a", "--scenarios=b"]),
    "a mapping": ({"tenant": {"mine": "outage"}}, ["--tenant=mine=outage"]),
    "none": ({"tls_dir": None}, []),
}


@pytest.mark.parametrize(("given", "line"), WRITTEN.values(), ids=WRITTEN)
def test_values_become_arguments(given: dict[str, object], line: list[str]) -> None:
    assert arguments(normalize(given, "here")) == line


WRONG = {
    "an unknown name": ({"tsl": "auto"}, 'here: expected options of serve, found "tsl"; did you mean "tls"?'),
    "nothing like it": ({"zzzz": 1}, 'here: expected options of serve, found "zzzz"'),
    "no switch": ({"watch": "perhaps"}, 'here: watch: expected true or false, found "perhaps"'),
    "no value of an option": ({"tls": "of"}, 'here: tls: expected auto or off, found "of"'),
    "no status": ({"error_status": 7}, 'error_status: expected an HTTP status from 200 to 599, found "7"'),
    "no text": ({"seed": object()}, "here: seed: expected a text or a number, found object"),
    "a switch for a number": ({"port": True}, "here: port: expected a text or a number, found bool"),
    "bytes of a secret": (
        {"control_token": b"secret"},
        "control_token: expected a text or a number, found bytes",
    ),
}


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_named_without_a_value_that_may_be_secret(
    given: dict[str, object], message: str
) -> None:
    with pytest.raises(pytest.UsageError) as raised:
        normalize(given, "here")
    assert str(raised.value).endswith(message)
    assert "secret" not in str(raised.value)


def test_a_marker_takes_strict_too() -> None:
    with pytest.raises(pytest.UsageError, match='found "strct"; did you mean "strict"'):
        normalize({"strct": True}, MARK)


def test_equal_options_are_equal_however_they_are_written() -> None:
    assert normalize({"error_status": 500, "watch": False, "tls": None}, "") == normalize(
        {"watch": "off", "error_status": "500"}, ""
    )
