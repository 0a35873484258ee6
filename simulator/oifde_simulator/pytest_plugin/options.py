"""The plugin's options: of the command line, the ini file, the environment and the marker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

GROUP = "oifde-simulator"
"""Heading of the options in `pytest --help`."""


def add_options(parser: pytest.Parser) -> None:
    """Add each option with its ini key."""
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


def serve_options(config: pytest.Config) -> dict[str, Any]:
    """Collect the chosen options of `serve` by their names."""
    chosen: dict[str, Any] = {"tls": _option(config, "tls") or "off", "seed": _option(config, "seed") or "0"}
    if paths := _scenarios(config):
        chosen["scenarios"] = [str(path) for path in paths]
    return chosen


def server_kind(config: pytest.Config) -> str:
    """Read whether the server runs in a `process` or a `thread`."""
    chosen = _option(config, "server") or "process"
    if chosen not in ("process", "thread"):
        raise pytest.UsageError(f'simulator_server: expected process or thread, found "{chosen}"')
    return chosen


def running_server(config: pytest.Config) -> tuple[str, str | None]:
    """Read the control URL and the token of a server that runs already; the URL is empty for none."""
    url = _option(config, "url") or os.environ.get("OIFDE_CONTROL", "").strip()
    return url, os.environ.get("OIFDE_CONTROL_TOKEN", "").strip() or None


def scenario(config: pytest.Config, marker: pytest.Mark | None) -> dict[str, Any]:
    """Choose a test's `scenario`, None for GOOD_DAY, and the `rules` before its own.

    Raises pytest.UsageError for a marker with other arguments.
    """
    default = config.getini("simulator_scenario") or None
    if marker is None:
        return {"scenario": default}
    unknown = marker.kwargs.keys() - {"rules"}
    if len(marker.args) > 1 or unknown or not (marker.args or marker.kwargs):
        raise pytest.UsageError(
            f"expected @pytest.mark.scenario(name or mapping), or (rules=[...]), or both, found {marker}"
        )
    return {"scenario": next(iter(marker.args), default), "rules": marker.kwargs.get("rules", ())}


def _option(config: pytest.Config, name: str) -> str:
    return str(config.getoption(f"simulator_{name}") or config.getini(f"simulator_{name}") or "").strip()


def _scenarios(config: pytest.Config) -> list[Path]:
    named: list[str] = config.getoption("simulator_scenarios") or []
    if named:
        return [Path(config.invocation_params.dir, path) for path in named]
    return list(config.getini("simulator_scenarios"))
