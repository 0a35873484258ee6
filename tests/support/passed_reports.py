"""Reports that a process of pytest-xdist need not send: of phases that passed and have nothing to show.

A test has three reports and two notices. Of one that passes, the dot is the report of its call; to send the
others, and to read them, takes as long as a small test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SendEvent = Callable[..., None]


def send_less(config: pytest.Config) -> None:
    """Make the worker of this process send no report that nobody would see."""
    if config.option.durations is not None or config.getoption("xmlpath", None) or config.option.verbose > 0:
        return
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            plugin.sendevent = without_passed_phases(plugin.sendevent)


def without_passed_phases(send: SendEvent) -> SendEvent:
    """Wrap `send`, the method of a worker, so that it passes over what is not seen."""

    def send_seen(name: str, **event: Any) -> None:
        if name != "logstart" and not (name == "testreport" and is_passed_phase(event["data"])):
            send(name, **event)

    return send_seen


def is_passed_phase(report: dict[str, Any]) -> bool:
    """Check that a report is of a setup or a teardown that passed without a word."""
    return report["when"] != "call" and report["outcome"] == "passed" and not report["sections"]
