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
        (
            "data-url",
            {"metavar": "URL"},
            "the vendor's interface of that server as clients reach it (default: what the server says)",
        ),
        ("tls", {"choices": ("auto", "off")}, "whether the vendor's port speaks TLS (default: off)"),
        ("seed", {"metavar": "TEXT"}, "what all that looks random depends on (default: 0)"),
        (
            "population",
            {"metavar": "FILE|full|none"},
            "sessions of every scenario that a test names, in place of its own",
        ),
        ("server", {"choices": ("process", "thread")}, "what the server runs in (default: process)"),
        (
            "coverage",
            {"choices": COVERAGE},
            "whether rules of yours that never fired are told at the end, or fail the run (default: summary)",
        ),
        (
            "artifacts",
            {"metavar": "DIR"},
            "a folder that gets journal and HAR of each failed test, coverage, metrics and log",
        ),
    ):
        group.addoption(f"--simulator-{name}", help=text, **shape)
        parser.addini(f"simulator_{name.replace('-', '_')}", text)
    text = "a scenario file, or a folder of them"
    group.addoption("--simulator-scenarios", action="append", metavar="PATH", help=f"{text}; repeatable")
    parser.addini("simulator_scenarios", text, type="paths")
    parser.addini("simulator_scenario", "the scenario of tests that name none (default: a good day)")
    text = "fail tests whose client sends unknown fields, requests that go astray, or none"
    group.addoption("--simulator-strict", action="store_true", help=text)
    parser.addini("simulator_strict", text, type="bool", default=False)


COVERAGE = ("summary", "fail", "off")
"""What is done about rules that never fired."""


def serve_options(config: pytest.Config) -> dict[str, Any]:
    """Collect the chosen options of `serve` by their names."""
    chosen: dict[str, Any] = {"tls": _option(config, "tls") or "off", "seed": _option(config, "seed") or "0"}
    if population := _population(config):
        chosen["population"] = population
    if paths := _scenarios(config):
        chosen["scenarios"] = [str(path) for path in paths]
    return chosen


def has_chosen_tls(config: pytest.Config) -> bool:
    """Check that the command line or the ini file says whether the port speaks TLS."""
    return bool(_option(config, "tls"))


def server_kind(config: pytest.Config) -> str:
    """Read whether the server runs in a `process` or a `thread`."""
    chosen = _option(config, "server") or "process"
    if chosen not in ("process", "thread"):
        raise pytest.UsageError(f'simulator_server: expected process or thread, found "{chosen}"')
    return chosen


def coverage(config: pytest.Config) -> str:
    """Read what is done about rules that never fired; empty where nothing is said."""
    chosen = _option(config, "coverage")
    if chosen and chosen not in COVERAGE:
        raise pytest.UsageError(f'simulator_coverage: expected {" or ".join(COVERAGE)}, found "{chosen}"')
    return chosen


def running_server(config: pytest.Config) -> tuple[str, str | None]:
    """Read the control URL and the token of a server that runs already; the URL is empty for none.

    Raises pytest.UsageError for a token that no header can hold.
    """
    if not _fits_a_header(_token()):
        # The text is a secret, so neither the message nor a local variable repeats it.
        raise pytest.UsageError(
            "OIFDE_CONTROL_TOKEN: expected a token in one line of ASCII, found blanks or other characters"
        )
    return _option(config, "url") or os.environ.get("OIFDE_CONTROL", "").strip(), _token() or None


def data_url(config: pytest.Config) -> str | None:
    """Read where clients reach the vendor's interface of a server that runs already; None for what it says.

    Raises pytest.UsageError for what is no URL, and for an option without such a server.
    """
    chosen = _option(config, "data_url")
    if not chosen:
        return None
    from oifde_simulator.advertised_urls import reachable_url  # seldom needed

    try:
        url = reachable_url(chosen)
    except ValueError as error:
        raise pytest.UsageError(f"simulator_data_url: {error}") from None
    if config.getoption("simulator_data_url") and not running_server(config)[0]:
        raise pytest.UsageError(
            "--simulator-data-url: expected a server that runs already, found none; give its control plane "
            "with --simulator-url, or leave this out: a server of the plugin's own says where it is"
        )
    return url


def _token() -> str:
    """Read the token; a file or a secret of CI often ends with a line feed."""
    return os.environ.get("OIFDE_CONTROL_TOKEN", "").strip()


def _fits_a_header(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token


def ticket(config: pytest.Config) -> tuple[str, int, str] | None:
    """Read the ticket to servers that all workers share; None outside of a worker."""
    found = getattr(config, "workerinput", {}).get("oifde_simulator")
    return tuple(found) if found else None


def marked(node: pytest.Item | pytest.Collector) -> dict[str, Any]:
    """Collect the options of `serve` that markers `simulator` ask for, the nearest first in rank.

    Raises pytest.UsageError for a marker with positional arguments.
    """
    return {name: value for name, value in _marker_arguments(node).items() if name != "strict"}


def strict(node: pytest.Item | pytest.Collector, default: bool) -> bool:
    """Choose whether a test is judged strictly: as its nearest marker says, else the `default`."""
    return bool(_marker_arguments(node).get("strict", default))


def strict_by_default(config: pytest.Config) -> bool:
    """Read whether tests are judged strictly that do not say so themselves."""
    return bool(config.getoption("simulator_strict") or config.getini("simulator_strict"))


def _marker_arguments(node: pytest.Item | pytest.Collector) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for marker in node.iter_markers("simulator"):
        if marker.args or not marker.kwargs:
            raise pytest.UsageError(
                '@pytest.mark.simulator: expected (tls="auto") or other options of serve by name, or '
                f"strict=True, found {marker.args or '()'}"
            )
        found = {**marker.kwargs, **found}
    return found


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


def artifacts(config: pytest.Config) -> Path | None:
    """Read the folder for artifacts; None for none."""
    return _path(config, "artifacts") if _option(config, "artifacts") else None


def _population(config: pytest.Config) -> str:
    text = _option(config, "population")
    return text if text in ("", "full", "none") else str(_path(config, "population"))


def _path(config: pytest.Config, name: str) -> Path:
    """Read a path; one of the ini file is looked for beside that, another where pytest began."""
    given = config.getoption(f"simulator_{name}")
    folder = config.invocation_params.dir if given or config.inipath is None else config.inipath.parent
    return folder / _option(config, name)


def _scenarios(config: pytest.Config) -> list[Path]:
    named: list[str] = config.getoption("simulator_scenarios") or []
    if named:
        return [Path(config.invocation_params.dir, path) for path in named]
    return list(config.getini("simulator_scenarios"))
