"""What can be chosen: on the command line, in the ini file, in the environment, by a marker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

GROUP = "oifde-simulator"


def add(parser: pytest.Parser) -> None:
    """Add each option and its ini key."""
    group = parser.getgroup(GROUP)
    for name, shape, text in (
        ("url", {"metavar": "URL"}, "control plane of a server that runs already; or OIFDE_CONTROL"),
        ("tls", {"choices": ("auto", "off")}, "whether the vendor's port speaks TLS (default: off)"),
        ("seed", {"metavar": "TEXT"}, "what all that looks random depends on (default: 0)"),
        ("server", {"choices": ("process", "thread")}, "what the server runs in (default: process)"),
    ):
        group.addoption(f"--simulator-{name}", help=text, **shape)
        parser.addini(f"simulator_{name}", text)
    text = "a scenario file, or a folder of them"
    group.addoption("--simulator-scenarios", action="append", metavar="PATH", help=f"{text}; repeatable")
    parser.addini("simulator_scenarios", text, type="paths")
    parser.addini("simulator_scenario", "the scenario of tests that name none (default: a good day)")


def given(config: pytest.Config) -> dict[str, Any]:
    """Options of `serve`, by their names."""
    chosen: dict[str, Any] = {"tls": _of(config, "tls") or "off", "seed": _of(config, "seed") or "0"}
    if paths := _scenarios(config):
        chosen["scenarios"] = [str(path) for path in paths]
    return chosen


def server(config: pytest.Config) -> str:
    """What the server runs in: `process` or `thread`."""
    chosen = _of(config, "server") or "process"
    if chosen not in ("process", "thread"):
        raise pytest.UsageError(f'simulator_server: expected process or thread, found "{chosen}"')
    return chosen


def address(config: pytest.Config) -> tuple[str, str | None]:
    """URL and token of a server that runs already; an empty URL where none does."""
    url = _of(config, "url") or os.environ.get("OIFDE_CONTROL", "")
    return url, os.environ.get("OIFDE_CONTROL_TOKEN") or None


def scenario(config: pytest.Config, marker: pytest.Mark | None) -> dict[str, Any]:
    """What a test meets: `scenario`, None for a good day, and `rules` before its own."""
    usual = config.getini("simulator_scenario") or None
    if marker is None:
        return {"scenario": usual}
    strange = marker.kwargs.keys() - {"rules"}
    if len(marker.args) > 1 or strange or not (marker.args or marker.kwargs):
        raise pytest.UsageError(
            f"expected @pytest.mark.scenario(name or mapping), or (rules=[...]), or both, found {marker}"
        )
    return {"scenario": next(iter(marker.args), usual), "rules": marker.kwargs.get("rules", ())}


def _of(config: pytest.Config, name: str) -> str:
    return str(config.getoption(f"simulator_{name}") or config.getini(f"simulator_{name}") or "")


def _scenarios(config: pytest.Config) -> list[Path]:
    named: list[str] = config.getoption("simulator_scenarios") or []
    if named:
        return [Path(config.invocation_params.dir, path) for path in named]
    return list(config.getini("simulator_scenarios"))
