"""One file a theme; each probe is registered under the key of its row."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.drift.probes import (
    bodies,
    credentials,
    downloads,
    errors,
    identifiers,
    limits,
    parameters,
    paths,
    recordings,
    records,
    selection,
    times,
    tls,
    tokens,
)
from oifde_simulator.drift.registry import PROBES, Probe

THEMES = (
    tls,
    selection,
    credentials,
    parameters,
    errors,
    times,
    bodies,
    paths,
    limits,
    records,
    identifiers,
    downloads,
    recordings,
    tokens,
)
"""Modules of probes, in the order of a run: first what many requests of others build on."""
LAST = ("signature", "second-token", "error-codes", "account-lock")
"""Keys of the probes that may end the token or lock an account."""


def in_order() -> Sequence[Probe]:
    """List all probes in the order of a run."""
    themes = [theme.__name__ for theme in THEMES]
    return sorted(
        PROBES.values(),
        key=lambda probe: (
            probe.key in LAST and 1 + LAST.index(probe.key),
            themes.index(probe.run.__module__),
        ),
    )
