"""What two replicas serve otherwise, in the words of `/readyz` and the log."""

from __future__ import annotations

from oifde_simulator import resources
from oifde_simulator.runtime.replica.description import Description, differences

BUNDLED = {path.stem: f"d1 {path.name}" for path in resources.scenarios().glob("*.yaml")}
OWN = {"acme": "d2 acme.yaml"}


def told(mine: dict[str, str], other: dict[str, str]) -> str:
    return str(differences(Description({}, mine), Description({}, other)))


def test_bundled_scenarios_that_were_left_out_are_named_by_their_option() -> None:
    assert told(OWN, OWN | BUNDLED) == "files: all bundled scenarios (not here: --no-bundled)"
    assert told(OWN | BUNDLED, OWN) == (
        "files: all bundled scenarios (here only: the other has --no-bundled)"
    )


def test_other_files_are_named_beside_them() -> None:
    assert told({"acme": "d3 acme.yaml"}, OWN | BUNDLED) == (
        "files: all bundled scenarios (not here: --no-bundled), acme.yaml"
    )
    assert told({"outage": "d4 mine.yaml"}, BUNDLED) == (
        "files: all bundled scenarios (not here: --no-bundled), mine.yaml"
    )


def test_a_bundled_file_that_is_replaced_is_named_alone() -> None:
    assert told(BUNDLED, BUNDLED | {"outage": "d4 mine.yaml"}) == "files: outage.yaml"
    assert told(BUNDLED, BUNDLED | OWN) == "files: acme.yaml (not here)"
    assert told(BUNDLED, BUNDLED) == ""
