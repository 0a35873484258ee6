"""docs/fidelity.md and docs/design.md keep their word: what they say of the code is held against the code."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.config.reading import flag_name
from oifde_simulator.model import vendor_errors
from oifde_simulator.model.vendor_errors import CATALOGUE, VendorError

REPOSITORY = Path(__file__).parent.parent
FIDELITY = (REPOSITORY / "docs" / "fidelity.md").read_text()
DESIGN = (REPOSITORY / "docs" / "design.md").read_text()
CONTRACT_FILE = "schemas/openapi.json"
CONTRACT = json.loads((REPOSITORY / CONTRACT_FILE).read_bytes())
SCENARIO = json.loads((REPOSITORY / "schemas" / "scenario.schema.json").read_bytes())
PACKAGE = REPOSITORY / "simulator" / "oifde_simulator"
MODULES = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "simulator").rglob("*.py")}

GUESS = re.compile(r"# Guess: \[([a-z]+(?:-[a-z]+)*)\] \S.*\.")
"""What a marked guess looks like: key, what is guessed, what would settle it."""

PAGES = (
    "Session Record Query Interface",
    "C3 OIAP Interface Authentication",
    "Overview",
    "servicemonitor",
    "Downloading an Intelligent IVR Recording File",
    "C2",
)
"""The vendor's pages that the project may cite."""

SETTINGS_OF_GUESSES = {
    "time-zone": "settings.time_zone",
    "error-status": "settings.error_status",
    "numbers": "settings.numbers",
    "unknown-fields": "settings.unknown_fields",
    "flow-record": "tenant.flow_record",
}
"""Guesses that a scenario can have the other way."""


def section(page: str, heading: str) -> str:
    """The text under a heading of the second level."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    assert found, f"expected a section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table in `text`, without the heads."""
    lines = re.findall(r"^\|(.*)\|$", text, re.M)
    cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    rules = [place for place, line in enumerate(lines) if set(line) <= set("|-")]
    heads = {place - 1 for place in rules}
    return [row for place, row in enumerate(cells) if place not in heads and place not in rules]


def quoted(cell: str) -> list[str]:
    """What a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)


@dataclass(frozen=True)
class Entry:
    """One row about something that the documents leave open."""

    key: str
    otherwise: str
    settled_by: str
    places: tuple[str, ...]


def entry(cells: list[str]) -> Entry:
    assert len(cells) == 7, f"expected seven cells, found {cells}"
    return Entry(cells[0].strip("`"), cells[3], cells[4], tuple(quoted(cells[5])))


GUESSED = [entry(row) for row in rows(section(FIDELITY, "Guessed"))]
INFERRED = rows(section(FIDELITY, "Inferred"))


def comments() -> Iterator[tuple[str, str]]:
    """Every guess of the code: file and line."""
    for module in sorted(MODULES):
        for line in (REPOSITORY / module).read_text().splitlines():
            if "# Guess" in line:
                yield module, line


def statements(node: Any = CONTRACT, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the contract, with the pointer to it."""
    if isinstance(node, dict):
        yield f"{CONTRACT_FILE}{place}", node
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in steps:
        yield from statements(inner, f"{place}/{str(name).replace('~', '~0').replace('/', '~1')}")


def speaks_of_a_guess(node: dict[str, Any]) -> bool:
    """Whether an object of the contract says so itself, in its status, its note or its description."""
    return any(re.search(r"\bguess(es)?\b", text) for text in node.values() if isinstance(text, str))


def test_every_guess_in_the_code_has_a_key_and_says_what_would_settle_it() -> None:
    assert [line for _, line in comments() if not GUESS.fullmatch(line.strip())] == []


def test_the_guesses_of_the_code_are_the_guesses_of_the_page() -> None:
    in_code = {(found[1], module) for module, line in comments() if (found := GUESS.search(line))}
    on_page = {(row.key, place) for row in GUESSED for place in row.places if place.endswith(".py")}
    assert in_code == on_page


def test_the_guesses_of_the_contract_are_the_guesses_of_the_page() -> None:
    on_page = {place for row in GUESSED for place in row.places if not place.endswith(".py")}
    assert on_page == {place for place, node in statements() if speaks_of_a_guess(node)}


def test_what_the_contract_infers_is_on_the_page() -> None:
    on_page = {place for row in INFERRED for place in quoted(row[3]) if "#" in place}
    assert on_page == {place for place, node in statements() if node.get("x-status") == "inferred"}


def test_keys_are_told_apart() -> None:
    keys = [row.key for row in GUESSED] + [row[0].strip("`") for row in INFERRED]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", GUESSED, ids=lambda row: row.key)
def test_a_guess_says_where_it_is_made_and_what_would_settle_it(row: Entry) -> None:
    assert row.places
    assert row.settled_by not in ("", "-")


@pytest.mark.parametrize("row", INFERRED, ids=lambda row: row[0].strip("`"))
def test_what_is_inferred_says_from_what_and_where_it_is(row: list[str]) -> None:
    _, what, source, where, _ = row
    assert what
    assert source
    assert all((REPOSITORY / place.partition("#")[0]).is_file() for place in quoted(where))
    assert quoted(where)


@pytest.mark.parametrize("row", GUESSED, ids=lambda row: row.key)
def test_the_way_to_have_it_otherwise_exists(row: Entry) -> None:
    assert row.otherwise
    for name in quoted(row.otherwise):
        assert name in _options() | _scenario_keys(), f"expected {name} to be an option or a key"


def _options() -> set[str]:
    return {flag_name(option) for option in fields(Settings)}


def _scenario_keys() -> set[str]:
    """`settings.time_zone` and the like, and the fields of a record by their own name."""
    top, inner = SCENARIO["properties"], SCENARIO["$defs"]
    return {
        *(
            f"{name}.{key}"
            for name in ("tenant", "settings", "sessions", "recordings")
            for key in top[name]["properties"]
        ),
        *(f"sessions.generate.{key}" for key in inner["generate"]["properties"]),
        *inner["record"]["properties"],
    }


@pytest.mark.parametrize(("key", "setting"), SETTINGS_OF_GUESSES.items(), ids=SETTINGS_OF_GUESSES)
def test_a_guess_that_is_a_setting_is_one_in_the_schema_and_on_the_page(key: str, setting: str) -> None:
    group, name = setting.split(".")
    assert name in SCENARIO["properties"][group]["properties"]
    assert setting in next(row.otherwise for row in GUESSED if row.key == key)


def test_every_setting_of_a_scenario_answers_a_guess() -> None:
    named = {name for row in GUESSED for name in quoted(row.otherwise)}
    assert {f"settings.{name}" for name in SCENARIO["properties"]["settings"]["properties"]} <= named


@pytest.mark.parametrize(("what", "source"), rows(section(FIDELITY, "Simulated")))
def test_what_is_simulated_names_a_page_of_the_vendors(what: str, source: str) -> None:
    assert what
    assert source.partition(",")[0] in PAGES


def test_every_source_that_the_contract_cites_is_on_the_page() -> None:
    cited = {node["x-source"] for _, node in statements() if "x-source" in node}
    assert cited <= {source for _, source in rows(section(FIDELITY, "Simulated"))}


def test_codes_that_are_never_answered_are_named() -> None:
    answered = {error.code for error in vars(vendor_errors).values() if isinstance(error, VendorError)}
    text = section(FIDELITY, "Not simulated")
    row = next(row for row in rows(text) if row[0].startswith("Error codes other than"))
    assert {int(code) for code in re.findall(r"[0-9]{6,}", row[0])} == answered
    assert answered < {error.code for error in CATALOGUE}


def test_the_page_counts_the_documented_codes() -> None:
    assert f"All {len(CATALOGUE)} common error codes" in FIDELITY


def test_the_design_speaks_of_files_that_exist() -> None:
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.(?:py|json))?|[a-z_]+\.py)`", DESIGN):
        assert any((root / path).exists() for root in (REPOSITORY, PACKAGE)), path


def test_the_design_is_one_page() -> None:
    lines = DESIGN.splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines)) < 120


def test_the_design_has_every_room_and_no_other() -> None:
    layers = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][
        0
    ]
    rooms = set(re.findall(r"\w+", " ".join(layers["layers"])))
    folders = {room for room in rooms if (PACKAGE / room).is_dir()}
    table = DESIGN.partition("## The rooms")[2].partition("\n## ")[0]
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)/`", first_cells)) == folders


@pytest.mark.parametrize("page", [FIDELITY, DESIGN], ids=["fidelity", "design"])
def test_options_that_a_page_names_exist(page: str) -> None:
    for flag in re.findall(r"`(--[a-z-]+)", page):
        assert flag in _options()


@pytest.mark.parametrize("page", [FIDELITY, DESIGN], ids=["fidelity", "design"])
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (REPOSITORY / "docs" / target).is_file(), target
