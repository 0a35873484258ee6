"""`oifde-simulator new` and `oifde-simulator scenarios`."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from contextlib import redirect_stdout
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import QUERY, TOKEN, ServeScenarios
from oifde_simulator import resources
from oifde_simulator.cli import main, new
from oifde_simulator.cli.shell import shell_word
from oifde_simulator.scenario import loader

LINE = "# yaml-language-server: $schema="


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# new


@pytest.mark.parametrize("name", ["acme", "acme.yaml", "acme.yml", "v1.2"])
def test_a_new_scenario_is_good_and_named_by_its_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", name]) == 0
    file = name if name.startswith("acme.") else f"{name}.yaml"
    schema, line = capsys.readouterr().out.splitlines()
    assert schema.endswith(f"the first line of {file} leads editors to it, so keep them together")
    assert line == f"{file}: written; oifde-simulator serve --scenarios {file} --watch"
    assert main(["check", file]) == 0
    stem = Path(file).stem
    assert capsys.readouterr().out == f"{file}: good: tenant {stem}, 0 records, 1 rule\n"


async def test_a_new_scenario_does_what_it_says(serve: ServeScenarios) -> None:
    vendor = await serve(acme=new.write_scenario("acme").read_text())
    query = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}
    for status in (503, 503):
        async with vendor.client.post(QUERY, json=query) as response:
            assert response.status == status
    assert (await vendor.query())["total"] == 40


def test_its_first_line_leads_editors_to_the_schema_on_any_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "acme"]) == 0
    assert "oifde-scenario.schema.json: written" in capsys.readouterr().out
    text = Path("acme.yaml").read_text()
    assert text.splitlines()[0] == f"{LINE}oifde-scenario.schema.json"
    moved = tmp_path / "moved"
    moved.mkdir()
    Path("oifde-scenario.schema.json").rename(moved / "oifde-scenario.schema.json")
    schema = json.loads((moved / "oifde-scenario.schema.json").read_text())
    assert "openapi.json" not in json.dumps(schema)
    beside = jsonschema.Draft202012Validator(schema)
    whole = json.dumps(schema["properties"]["sessions"])
    assert "callSorId" in whole
    assert beside.is_valid(loading_value(text))
    assert not beside.is_valid({"sessions": {"records": [{"callSorId": 5}]}})
    assert main(["new", "other"]) == 0


def test_an_earlier_copy_of_the_schema_is_renewed() -> None:
    assert main(["new", "acme"]) == 0
    copy = Path(new.SCHEMA_COPY)
    whole = copy.read_text()
    copy.write_text(json.dumps({"$id": json.loads(whole)["$id"], "title": "of an earlier version"}))
    assert main(["new", "other"]) == 0
    assert copy.read_text() == whole


@pytest.mark.parametrize(
    "text", ["", "mine", "[]", "{}", "[" * 9999], ids=["empty", "text", "list", "object", "deep"]
)
def test_a_file_with_the_name_of_the_schema_is_not_replaced(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(new.SCHEMA_COPY)
    copy.write_text(text)
    assert main(["new", "acme"]) == 2
    assert capsys.readouterr().err.startswith(f"oifde-simulator new: {copy} is there already")
    assert (copy.read_text(), Path("acme.yaml").exists()) == (text, False)


@pytest.mark.parametrize("name", ["acme.yaml", new.SCHEMA_COPY])
@pytest.mark.parametrize("target", ["nowhere", "target"])
def test_no_link_is_followed(name: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("target").write_text("precious")
    Path(name).symlink_to(target)
    assert main(["new", "acme"]) == 2
    assert f"{name} is there already" in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == sorted({name, "target"})
    assert Path("target").read_text() == "precious"


@pytest.mark.slow(seconds=1)
def test_the_schema_beside_accepts_what_the_shipped_one_does() -> None:
    beside = new.write_schema_beside(Path("acme.yaml"))
    assert beside is not None
    validator = jsonschema.Draft202012Validator(json.loads(beside.read_text()))
    files = sorted(resources.scenarios().glob("*.yaml"))
    assert files
    assert [each.stem for each in files if not validator.is_valid(loading_value(each.read_text()))] == []


def loading_value(text: str) -> object:
    return yaml.safe_load(text)


def test_beside_the_schema_the_line_is_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "mine" / "more").mkdir(parents=True)
    monkeypatch.setattr(resources, "schemas", lambda: tmp_path / "schemas")
    path = new.write_scenario("mine/more/acme")
    assert path.read_text().splitlines()[0] == f"{LINE}../../schemas/scenario.schema.json"
    assert new.write_schema_beside(path) is None


def test_new_replaces_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("acme.yaml").write_text("mine")
    assert main(["new", "acme"]) == 2
    assert "acme.yaml is there already and is not replaced" in capsys.readouterr().err
    assert Path("acme.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", ".", "a b\n", "nowhere/acme"])
def test_a_name_that_will_not_do_is_told_in_a_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", name]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert list(Path().iterdir()) == []


def test_a_folder_that_is_not_there_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "nowhere/acme"]) == 2
    assert capsys.readouterr().err == (
        "oifde-simulator new: nowhere/acme.yaml: cannot be written: No such file or directory; "
        "expected a folder that is there\n"
    )


def test_a_name_with_a_space_is_quoted_where_it_is_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my tenant"]) == 0
    assert capsys.readouterr().out.endswith(" serve --scenarios 'my tenant.yaml' --watch\n")
    assert "#   oifde-simulator check 'my tenant.yaml' " in Path("my tenant.yaml").read_text()


needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="this machine has no bash")


@needs_bash
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("name", ["中文", "it's 中", "back\\slash é中"])
def test_a_name_that_the_output_cannot_show_can_be_pasted(name: str, encoding: str) -> None:
    path = Path(f"{name}.yaml")
    word = shell_word(path, encoding)
    word.encode("ascii")
    printed = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, env={"LC_ALL": "C"})
    assert printed.stdout == os.fsencode(path)


def test_new_prints_a_name_that_can_be_pasted() -> None:
    octets = io.BytesIO()
    with io.TextIOWrapper(octets, encoding="ascii", write_through=True) as stream, redirect_stdout(stream):
        assert main(["new", "中文"]) == 0
        said = octets.getvalue().decode()
    assert said.endswith("serve --scenarios $'\\344\\270\\255\\346\\226\\207.yaml' --watch\n")
    assert shell_word(Path("中文.yaml"), "utf-8") == "'中文.yaml'"


# scenarios


def test_the_list_has_a_sentence_for_each_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == [loader.load(path).id for path in loader.find([resources.scenarios()])]
    assert max(map(len, lines)) <= 100
    (example,) = [line for line in lines if line.startswith("tenant001 ")]
    assert example.split(maxsplit=1)[1].startswith(
        "The specification's own example: one user, one call, one question. Met by"
    )


def test_the_list_has_your_own_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text('description: "Mine. All mine."\nrules: [{name: down, faults: [reset]}]\n')
    Path("bare.yaml").write_text("clock: now\n")
    own = ("--scenarios", "mine.yaml", "--scenarios", "bare.yaml", "--no-bundled")
    assert main(["scenarios", *own]) == 0
    assert capsys.readouterr().out == "mine  Mine.\nbare  (no description)\n"
    assert main(["scenarios", "--json", *own]) == 0
    first, _ = json.loads(capsys.readouterr().out)
    assert first == {
        "id": "mine",
        "summary": "Mine.",
        "met": "",
        "description": "Mine. All mine.",
        "file": "mine.yaml",
        "records": 0,
        "rules": ["down"],
    }
