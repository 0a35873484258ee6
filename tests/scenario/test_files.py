"""Scenario files are found in folders, told from files of other programs, and named when they are left out."""

# ruff: noqa: E501  (messages are compared whole, one a line)

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import os
import unicodedata
from pathlib import Path

import pytest

from oifde_simulator import logs
from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.immediate import immediate
from oifde_simulator.scenario import loader, selection
from oifde_simulator.scenario.errors import NotAScenario, ScenarioErrors
from oifde_simulator.scenario.files import finding, foreign
from oifde_simulator.tenants import Tenants
from oifde_simulator.utf8 import NotUtf8, decoded

GOOD = 'sessions: {users: {"18000000001": 1}}\n'
GOOD_JSON = '{"sessions": {"users": {"18000000001": 1}}}\n'


def put(folder: Path, **files: str) -> None:
    """Write files; `/` and `.` in their names are `__` and `_`."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(folder: Path) -> list[str]:
    return [os.path.relpath(name, folder) for name in finding.find([folder]).files]


def left_out(folder: Path) -> list[str]:
    return [line.removeprefix(f"{folder}/") for line in finding.find([folder]).left_out]


def served(*paths: Path) -> list[str]:
    return list(selection.scenarios(Settings(scenarios=paths, no_bundled=True)))


# What is read


def test_yaml_and_json_are_read_in_any_case_and_from_subfolders(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_yaml=GOOD,
        B_YAML=GOOD,
        c_Yml=GOOD,
        d_JSON=GOOD_JSON,
        sub__deep__e_yaml=GOOD,
        z_yaml__f_yml=GOOD,
    )
    assert names(tmp_path) == ["B.YAML", "a.yaml", "c.Yml", "d.JSON", "sub/deep/e.yaml", "z.yaml/f.yml"]
    assert served(tmp_path) == ["B", "a", "c", "d", "e", "f"]


def test_what_is_left_out_is_said_with_the_reason(tmp_path: Path) -> None:
    put(tmp_path, a_yaml=GOOD, README_md="", b_yaml_bak=GOOD)
    for name in (".c.yaml", ".git/d.yaml", "..2026/e.yaml", finding.SCHEMA_COPY):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD)
    assert names(tmp_path) == ["a.yaml"]
    assert left_out(tmp_path) == [
        ".c.yaml: left out: a hidden file: its name begins with a dot",
        ".git: left out: a hidden folder; name it itself if it has scenarios",
        "README.md: left out: its name ends in none of .yaml, .yml, .json",
        "b.yaml.bak: left out: its name ends in none of .yaml, .yml, .json",
        "oifde-scenario.schema.json: left out: the schema of scenarios, for editors",
    ]


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    put(tmp_path / ".hidden", a_yaml=GOOD)
    assert served(tmp_path / ".hidden") == ["a"]


def test_of_very_many_only_some_are_named(tmp_path: Path) -> None:
    put(tmp_path, a_yaml=GOOD)
    for number in range(30):
        (tmp_path / f"{number}.txt").touch()
    lines = left_out(tmp_path)
    assert len(lines) == finding.MOST_TOLD + 1
    assert lines[-1] == "20 more files and folders are left out"


def test_links_that_lead_back_end_the_walk(tmp_path: Path) -> None:
    put(tmp_path, a_yaml=GOOD, sub__b_yaml=GOOD)
    (tmp_path / "sub/up").symlink_to("..")
    (tmp_path / "sub/self").symlink_to("self")
    (tmp_path / "zub").symlink_to("sub")
    assert names(tmp_path) == ["a.yaml", "sub/b.yaml"]
    assert f"zub: left out: the folder {tmp_path}/sub by another name, which is read already" in left_out(
        tmp_path
    )


def test_a_link_of_another_name_is_another_tenant_and_one_of_the_same_name_is_the_same_file(
    tmp_path: Path,
) -> None:
    put(tmp_path, a_yaml=GOOD, sub__keep_txt="")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "sub/a.yaml").symlink_to("../a.yaml")
    assert served(tmp_path) == ["a", "b"]
    assert f"sub/a.yaml: left out: the file {tmp_path}/a.yaml by another name" in left_out(tmp_path)


@pytest.mark.parametrize("again", ["folder", "file", "subfolder"])
def test_what_is_named_twice_is_read_once(tmp_path: Path, again: str) -> None:
    put(tmp_path, sub__a_yaml=GOOD)
    path = {"folder": tmp_path, "file": tmp_path / "sub/a.yaml", "subfolder": tmp_path / "sub"}[again]
    assert served(tmp_path, path) == served(path, tmp_path) == ["a"]


def test_the_walk_has_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_yaml=GOOD, b_yaml=GOOD, c_yaml=GOOD)
    deep = tmp_path / "/".join(["sub"] * (finding.DEEPEST + 1))
    deep.mkdir(parents=True)
    (deep / "d.yaml").write_text(GOOD)
    assert f"more than {finding.DEEPEST} folders inside one another" in left_out(tmp_path)[0]
    monkeypatch.setattr(finding, "MOST_FILES", 2)
    with pytest.raises(ScenarioErrors, match="more than 2 scenario files; name fewer"):
        loader.find([tmp_path])
    monkeypatch.setattr(finding, "MOST_ENTRIES", 1)
    with pytest.raises(ScenarioErrors, match="more than 1 files and folders"):
        loader.find([tmp_path])


def test_a_subfolder_that_may_not_be_read_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, a_yaml=GOOD, sub__b_yaml=GOOD)
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ValueError, match=r"sub: cannot be read: Permission denied"):
        served(tmp_path)


def test_serve_says_what_it_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger(logs.FOLLOWED).setLevel(logging.NOTSET)
    caplog.set_level(logging.INFO, logs.FOLLOWED)
    put(tmp_path, a_yaml=GOOD, b_txt=GOOD, package_json='{"name": "x", "scripts": {}}')
    assert served(tmp_path) == ["a"]
    assert caplog.messages == [
        f"{tmp_path}/b.txt: left out: its name ends in none of .yaml, .yml, .json",
        f"{tmp_path}/package.json: left out: looks like a package.json, not a scenario",
    ]


# One tenant, two files


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.yaml", "sub/a.yaml"), ("a.yaml", "a.yml"), ("a.json", "a.yaml"), ("a.yaml", "x.yaml")],
)
def test_two_files_with_one_tenant_id_are_an_error_that_names_both(
    tmp_path: Path, first: str, second: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sub").mkdir()
    for name in (first, second):
        (tmp_path / name).write_text('{"tenant": {"id": "a"}}')
    line = f"{tmp_path}/{second}: has the tenant a, and so has {tmp_path}/{first}; give one of them another tenant.id, or take one away"
    with pytest.raises(ValueError) as caught:
        served(tmp_path)
    assert str(caught.value) == line
    assert main(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == line


def test_ids_that_differ_in_case_are_two_tenants(tmp_path: Path) -> None:
    put(tmp_path, a_yaml="tenant: {id: acme}", b_yaml="tenant: {id: ACME}")
    assert served(tmp_path) == ["acme", "ACME"]


# Files of other programs


FOREIGN = {
    "compose": ("services: {web: {image: x}}", "a compose file"),
    "compose with a merge": ("x-a: &a {b: 1}\nservices: {web: {<<: *a, image: x}}", "a compose file"),
    "compose with a tag": ("services:\n  web: {ports: !reset []}\nx: [", "a compose file"),
    "workflow": ("name: CI\non: [push]\njobs: {build: {runs-on: x}}", "a GitHub workflow"),
    "OpenAPI": ("openapi: 3.1.0\ninfo: {title: x}", "an OpenAPI document"),
    "Kubernetes": ("apiVersion: v1\nkind: Pod\nmetadata: {name: x}", "a Kubernetes manifest"),
    "several manifests": (
        "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod",
        "a Kubernetes manifest",
    ),
    "playbook": ("- hosts: all\n  tasks: []", "an Ansible playbook"),
    "WireMock": ("request: {}\nresponse: {}", "a WireMock mapping"),
    "chart": ("apiVersion: v2\nname: x\nversion: 1.0.0", "a Helm chart"),
    "values": ("replicaCount: 1\nimage: {repository: x}", "values of a Helm chart"),
    "Codecov": ("coverage: {status: {}}", "a configuration of Codecov"),
    "Dependabot": ("version: 2\nupdates: []", "a configuration of Dependabot"),
    "conda": ("name: x\nchannels: [a]\ndependencies: [b]", "an environment of conda"),
    "Dart": ("name: x\nenvironment: {sdk: x}", "a package of Dart"),
    "Postman": ('{"info": {"name": "x"}, "item": []}', "a collection of Postman"),
}


@pytest.mark.parametrize(("text", "kind"), FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_of_another_program_is_named_as_such(tmp_path: Path, text: str, kind: str) -> None:
    with pytest.raises(NotAScenario) as caught:
        loader.loads(text.encode(), "f.yaml", "f")
    assert str(caught.value) == f"f.yaml:1:1: {foreign.message(kind)}"
    put(tmp_path, a_yaml=GOOD, f_yaml=text)
    with pytest.raises(ValueError, match=f"looks like {kind}, not a scenario"):
        served(tmp_path)


BINARIES = {
    "gzip": (gzip.compress(GOOD.encode()), "compressed by gzip"),
    "short gzip": (b"\x1f\x8b\x08\0aaaa", "compressed by gzip"),
    "zip": (b"PK\x03\x04\x14\0", "a ZIP archive"),
    "xz": (lzma.compress(GOOD.encode()), "compressed by xz"),
    "bzip2": (bz2.compress(GOOD.encode()), "compressed by bzip2"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "PDF": (b"%PDF-1.4\n", "a PDF document"),
    "program": (b"\x7fELF\x02\x01", "a program"),
    "database": (b"SQLite format 3\0", "a database of SQLite"),
}


@pytest.mark.parametrize(("octets", "kind"), BINARIES.values(), ids=BINARIES.keys())
def test_a_file_that_is_no_text_is_named_for_what_it_is(octets: bytes, kind: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(octets, "f.yaml", "f")
    assert str(caught.value).startswith(f"f.yaml:1:1: the file is {kind}, not text; expected a scenario")


def test_a_file_of_several_documents_is_named_as_such() -> None:
    with pytest.raises(ScenarioErrors, match="a second document begins here; a file is one scenario"):
        loader.loads(b"rules: []\n---\nrules: []\n", "f.yaml", "f")


def test_a_scenario_with_a_strange_key_is_a_scenario() -> None:
    with pytest.raises(ScenarioErrors, match='unknown key "services"'):
        loader.loads(b"rules: []\nservices: {}\n", "f.yaml", "f")


JSON_LEFT_OUT = {
    "request": ('{"userMobile": "1"}', "looks like a request, not a scenario"),
    "OpenAPI": ('{"openapi": "3.1.0"}', "looks like an OpenAPI document, not a scenario"),
    "schema": ('{"$schema": "x", "properties": {}}', "looks like a JSON Schema, not a scenario"),
    "with comments": ('{\n // mine\n "a": 1}', "JSON without any key of a scenario: tenant, settings, clock, sessions, rules"),
    "list": ("[1]", "JSON without any key of a scenario: tenant, settings, clock, sessions, rules"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), JSON_LEFT_OUT.values(), ids=JSON_LEFT_OUT.keys())
def test_json_of_others_in_a_folder_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    put(tmp_path, a_yaml=GOOD, b_json=text)
    assert main(["check", "--strict", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path}/b.json: left out: {reason}"
    assert served(tmp_path) == ["a"]


def test_of_very_many_files_of_json_only_some_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, a_yaml=GOOD, **{f"{number:02}_json": "[]" for number in range(15)})
    put(tmp_path, **{f"{number:02}_txt": "" for number in range(12)})
    assert main(["check", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (1 + 10 + 1, "17 more files and folders are left out")


@pytest.mark.parametrize(
    "text", ["{'rules': [}", '{"rules": [}', '{"rulez": [], "tenant": {}}', "]"[:0] + '{"tenant": {"id": 1}}']
)
def test_json_that_means_to_be_a_scenario_is_judged(tmp_path: Path, text: str) -> None:
    put(tmp_path, a_yaml=GOOD, b_json=text)
    with pytest.raises(ValueError, match=r"b\.json:1:"):
        served(tmp_path)


def test_json_as_programs_write_it_is_read(tmp_path: Path) -> None:
    put(tmp_path, a_json='{\n\t"description": "\\ud83d\\ude00",\n\t"rules": []\n}\n')
    assert loader.load(tmp_path / "a.json").description == "😀"


def test_a_folder_of_json_of_others_has_no_scenario(tmp_path: Path) -> None:
    put(tmp_path, b_json="{}")
    with pytest.raises(ValueError, match="no scenario in this folder"):
        served(tmp_path)
    assert main(["check", str(tmp_path)]) == 1


# Keys for anchors


def test_keys_at_the_top_that_begin_with_x_are_a_home_for_anchors() -> None:
    scenario = loader.loads(
        b"x-down: &down {status: 503}\nx-more: [1]\nrules: [{name: a, respond: *down}]\n", "f.yaml", "f"
    )
    assert len(scenario.rules) == 1
    assert loader.from_json({"x-a": 1, "rules": []}, "f", "f").rules == ()


@pytest.mark.parametrize(
    "text", ["X-a: 1", "x_a: 1", "ax-b: 1", "tenant: {x-a: 1}", "rules: [{x-a: 1, token: expire}]"]
)
def test_no_other_key_is_ignored(text: str) -> None:
    with pytest.raises(ScenarioErrors, match="unknown key"):
        loader.loads(text.encode(), "f.yaml", "f")


# Names with accents


DECOMPOSED = unicodedata.normalize("NFD", "café")


def test_a_name_with_an_accent_of_its_own_is_the_composed_one(tmp_path: Path) -> None:
    (tmp_path / f"{DECOMPOSED}.yaml").write_text("tenant: {tokens: any}\n")
    assert served(tmp_path) == ["café"]
    (tmp_path / "other.yaml").write_text(f"tenant: {{id: {DECOMPOSED}2}}\n")
    assert served(tmp_path) == ["café", "café2"]
    tenants = Tenants(selection.scenarios(Settings(scenarios=(tmp_path,))), seed="0", error_status=200)
    assert immediate(tenants.has("café"))
    assert selection.one(DECOMPOSED, Settings(scenarios=(tmp_path,)))[0] == "café"
    (tmp_path / "more.yaml").write_text("tenant: {id: café}\n")
    with pytest.raises(ValueError, match="has the tenant café, and so has"):
        served(tmp_path)


# Encodings


def encoding(octets: bytes) -> str:
    """Name the encoding of bytes that are not UTF-8; empty for UTF-8 and for what is unknown."""
    try:
        decoded(octets)
    except NotUtf8 as error:
        return error.encoding
    return ""


@pytest.mark.parametrize(
    "text",
    ["tenant: {}\n# 测试文件\n", "# 描述一二\ndescription: 测试文件一\n", '{"description": "测试文件"} '],
)
@pytest.mark.parametrize(
    ("charset", "name"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32"),
     ("utf-32-le", "UTF-32"), ("utf-32-be", "UTF-32"), ("gbk", "GBK"), ("utf-8", ""), ("utf-8-sig", "")],
)  # fmt: skip
def test_the_encoding_of_a_file_is_named(text: str, charset: str, name: str) -> None:
    octets = text.encode(charset)
    assert encoding(octets) == name
    if name:
        with pytest.raises(ScenarioErrors, match=name):
            loader.loads(octets, "f.yaml", "f")
    else:
        loader.loads(octets, "f.yaml", "f")


@pytest.mark.parametrize(
    "octets", [b"caf\xe9 au lait, na\xefve\n", b"a\0b: and more of it\n", b"\xff\xfb\n", b""]
)
def test_no_encoding_is_named_where_none_is_likely(octets: bytes) -> None:
    assert encoding(octets) == ""
