"""Digests of scenarios, by which several servers find out whether they serve the same.

Rule: a digest is of what a scenario means, so that comments and names of folders change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from oifde_simulator.population import generator
from oifde_simulator.population.vocabulary import faker_version
from oifde_simulator.scenario.model import Scenario

LENGTH = 12
"""Bytes of a digest."""


def scenario_digest(scenario: Scenario) -> str:
    """Digest what a tenant of a scenario is made of, but for the files of its recordings."""
    return _digest(_parts(scenario))


def recordings_digest(scenario: Scenario) -> str:
    """Digest which recordings the folder of a scenario has; empty without a folder.

    The server takes files that are put in or taken away without beginning the tenant anew.
    """
    recordings = scenario.recordings
    if recordings.folder is None:
        return ""
    return _digest(f"{key} {len(octets)}" for key, octets in sorted(recordings.files.items()))


def _parts(scenario: Scenario) -> Iterator[str]:
    recordings, generate = scenario.recordings, scenario.generate
    yield repr((scenario.tenant, scenario.settings, scenario.clock, scenario.records, scenario.derive))
    yield repr((recordings.channels, recordings.speech, recordings.late, recordings.folder is None))
    if generate:
        yield repr((generate, generator.VERSION, faker_version(generate.locale)))
    for rule in scenario.rules:
        yield repr((rule.name, rule.definition))


def _digest(parts: Iterator[str]) -> str:
    digest = blake2b(digest_size=LENGTH)
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d " % len(octets) + octets)
    return digest.hexdigest()
