"""The files that ship beside the code: the schema for editors, the bundled scenarios and their page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from oifde_simulator import resources
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.conditions import match as match_lint
from oifde_simulator.scenario.model import Scenario

ROOT = Path(__file__).parents[2]
BUNDLED = loader.find([resources.scenarios()])
PAGE = (ROOT / "docs" / "scenarios.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SCHEMA = resources.read_json("scenario.schema.json")
TABLES = resources.read_json("openapi.json")["components"]["schemas"]


@pytest.fixture(params=BUNDLED, ids=lambda path: path.stem)
def bundled(request: pytest.FixtureRequest) -> Scenario:
    return loader.load(request.param)


def test_each_bundled_scenario_says_what_a_client_should_do_and_takes_the_known_credentials(
    bundled: Scenario,
) -> None:
    assert "client" in bundled.description
    assert bundled.tenant.secret == "secret"
    assert "0dbe11892be840cf983453ea70b505de" in bundled.tenant.tokens
    assert bundled.id == Path(bundled.origin).stem


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_each_bundled_scenario_tells_editors_its_schema(path: Path) -> None:
    schema = path.read_text().split("\n")[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / schema).resolve() == (resources.schemas() / "scenario.schema.json").resolve()


def test_tenant001_holds_the_specifications_example_verbatim() -> None:
    example = json.loads((ROOT / "tests" / "specification" / "response.json").read_bytes())
    (record,) = loader.load(resources.scenarios() / "tenant001.yaml").records
    assert record["userMobile"] == "180****9999"
    assert [{name: value for name, value in record.items() if name != "userMobile"}] == example["recordList"]


def test_paging_holds_250_calls_of_one_user_newest_first_a_few_at_the_same_time() -> None:
    records = loader.load(resources.scenarios() / "paging.yaml").records
    starts = [record["startTime"] for record in records]
    assert len(records) == 250
    assert {record["callSorId"] for record in records} == {"18000000250"}
    assert starts == sorted(starts, reverse=True)
    assert 200 < len(set(starts)) < 250
    assert starts[99] == starts[100]
    assert [record["callData"] for record in records] == [f"call {n} of 250" for n in range(1, 251)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the files that examples of the page name."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "pages").mkdir()
    (folder / "pages" / "login.html").write_text("<html>")
    return folder


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_of_the_page_loads(text: str, home: Path) -> None:
    assert loader.loads(text.encode(), "page.yaml", "mytest", home).id == "mytest"


def used(value: Any, inside: str = "") -> Iterator[str]:
    """Yield the dotted keys of a value, those inside lists included."""
    for item in value if isinstance(value, list) else ():
        yield from used(item, inside)
    for key, item in value.items() if isinstance(value, dict) else ():
        yield f"{inside}{key}"
        yield from used(item, f"{inside}{key}.")


def test_each_key_and_operation_of_a_rule_has_an_example_on_the_page() -> None:
    rules = [rule for text in EXAMPLES for rule in yaml.safe_load(text).get("rules", ())]
    properties = {**SCHEMA["$defs"]["rule"]["properties"]}
    match = {**properties.pop("match")["properties"]}
    known = {name for name, _ in documented(properties)} | {f"match.{part}" for part in match}
    assert known <= set(used(rules))
    operation, outcome = (properties[name]["items"]["properties"] for name in ("patch", "one_of"))
    assert {f"patch.{name}" for name in operation} <= set(used(rules))
    assert {"weight"} == outcome.keys() - properties.keys()
    patches = [rule["patch"] for rule in rules if "patch" in rule]
    written = {each["op"] for patch in patches if isinstance(patch, list) for each in patch}
    assert written == set(operation["op"]["enum"])


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_no_example_of_the_page_is_warned_of(text: str, home: Path) -> None:
    assert not loader.loads(text.encode(), "page.yaml", "mytest", home).warnings


@pytest.mark.parametrize("part", ["request", "response"])
def test_editors_complete_the_fields_that_a_rule_can_match(part: str) -> None:
    offered = SCHEMA["$defs"]["rule"]["properties"]["match"]["properties"][part]["properties"]
    assert offered.keys() == match_lint.fields(part, None).keys()
    for name, about in offered.items():
        assert about["description"].endswith(".")
        for example in about["examples"]:
            rule = {"match": {part: {name: example}}, "token": "expire"}
            loader.loads(json.dumps({"rules": [rule]}).encode(), "f.yaml", "f")


def test_the_page_names_every_key_and_shows_a_message_as_it_is_printed() -> None:
    keys = [name for name, _ in documented(SCHEMA["properties"])]
    rows = [name for name in keys if not name.startswith(BY_KIND)]
    assert [name for name in rows if f"| `{name}` |" not in PAGE] == [
        "tenant",
        "settings",
        "sessions",
        "recordings",
    ]
    assert all(f"`{name.rpartition('.')[2]}`" in PAGE for name in {*keys} - {*rows})
    source = EXAMPLES[0].replace('"18000000001"', "18000000001").encode()
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(source, "mytest.yaml", "mytest")
    assert f"    {caught.value}\n" in PAGE


BY_KIND = ("settings.codes.", "settings.error_status.")
"""Mappings by kinds of mistakes, which the page has in one table."""


def documented(properties: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, schema in properties.items():
        yield f"{inside}{name}", schema
        yield from documented(schema.get("properties", {}), f"{inside}{name}.")


OURS = list(documented(SCHEMA["properties"]))
RULE = SCHEMA["$defs"]["rule"]["properties"]
OF_RULES = [
    *documented(RULE, "rule."),
    *documented(RULE["one_of"]["items"]["properties"], "rule.one_of."),
    *documented(RULE["patch"]["items"]["properties"], "rule.patch."),
]
KEYS = [*OURS, *OF_RULES]
DEFINED = [
    (f"{kind}.{name}", schema)
    for kind in SCHEMA["$defs"]
    for name, schema in SCHEMA["$defs"][kind].get("properties", {}).items()
]
REGISTRY: Registry[Any] = Registry().with_resource(
    SCHEMA["$id"].replace("scenario.schema.json", "openapi.json"),
    DRAFT202012.create_resource(resources.read_json("openapi.json")),
)


def breaches(schema: Mapping[str, Any], value: Any) -> list[Any]:
    """List the violations of one part of the scenario schema."""
    part = {"$id": SCHEMA["$id"], "$defs": SCHEMA["$defs"], **schema}
    return list(Draft202012Validator(part, registry=REGISTRY).iter_errors(value))


def test_the_schema_is_one_of_its_draft() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_each_key_has_a_title_a_description_and_examples_that_fit() -> None:
    for name, schema in KEYS:
        assert schema["title"], name
        assert schema["description"].endswith("."), name
        assert schema["examples"], name
        for example in [*schema["examples"], *([schema["default"]] if "default" in schema else [])]:
            assert not breaches(schema, example), name


def test_each_field_of_a_record_has_an_example_that_fits() -> None:
    for name, schema in DEFINED:
        assert schema["examples"], name
        for example in schema["examples"]:
            assert not breaches(schema, example), name


@pytest.mark.parametrize(
    ("kind", "table", "ours"),
    [
        ("record", "Record", {"userMobile"}),
        ("recordDetial", "RecordDetials", set()),
        ("qaRecord", "QaRecords", set()),
    ],
)
def test_a_record_has_the_fields_of_the_contract_and_their_types_from_there(
    kind: str, table: str, ours: set[str]
) -> None:
    fields = SCHEMA["$defs"][kind]["properties"]
    assert fields.keys() == TABLES[table]["properties"].keys() | ours
    for name in fields.keys() - ours - {"recordDetials", "qaRecords"}:
        reference = fields[name].get("$ref") or fields[name]["else"]["$ref"]
        assert reference == f"openapi.json#/components/schemas/{table}/properties/{name}"


MAPS = (
    "sessions.users",
    "tenant.access_keys",
    "rule.match.request",
    "rule.match.headers",
    "rule.match.response",
    "headers",
)
"""Keys whose own keys are free, or checked elsewhere."""


def test_no_object_of_the_schema_takes_unknown_keys() -> None:
    objects = [schema for name, schema in KEYS if schema.get("type") == "object" and not name.endswith(MAPS)]
    kinds = {name: schema for name, schema in SCHEMA["$defs"].items() if "properties" in schema}
    assert kinds.pop("wholeRecord")["additionalProperties"] is True  # sent as it stands
    defined = kinds.values()
    assert all(schema["additionalProperties"] is False for schema in [SCHEMA, *objects, *defined])
