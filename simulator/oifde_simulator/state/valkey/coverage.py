"""Rules that count, as arguments of scripts. Stand-in for the part of the control plane."""

from __future__ import annotations

import json
from typing import Any

from oifde_simulator.model.turn import Fired


def fired_words(fired: Fired) -> tuple[bytes, int, list[bytes]]:
    """What `coverage_fire` of the script takes: the rule as it was written, its outcome, and its faults."""
    faults = [_dumped(name) for name in dict.fromkeys(fired.faults)]
    return _dumped([fired.scenario, fired.rule, fired.definition]), fired.outcome, faults


def _dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
