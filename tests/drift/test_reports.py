"""Reports: a table that fits, JSON and JUnit that agree with it, settings that `check` accepts."""

from __future__ import annotations

import json
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from drifting import InProcess, asked, merged
from flips import FLIPS, Flip
from oifde_simulator.drift.contract_check import Difference
from oifde_simulator.drift.judgement import VERDICTS, Finding, Judgement, confirmed, refuted
from oifde_simulator.drift.report.documents import report_json, report_junit
from oifde_simulator.drift.report.table import WIDTH, table
from oifde_simulator.drift.run import Result
from oifde_simulator.drift.settings import MARK, OWN_TENANT, PLACES, serve_command, settings_text
from oifde_simulator.scenario import loader

LONG = "a word " * 60


def result() -> Result:
    findings = [
        Finding(f"guess-{verdict.replace(' ', '-')}", Judgement(verdict, LONG)) for verdict in VERDICTS
    ]
    differences = [Difference("queryRecordHistory", f"recordList[].{'x' * 39}", LONG)]
    return Result("https://target.example", findings, differences, [LONG], requests=7, answers_checked=5)


def test_a_table_fits_100_columns_and_begins_with_what_is_refuted() -> None:
    lines = table(result(), insecure=True).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "--insecure" in lines[1]
    verdicts = [line[20:31].strip() for line in lines if line.startswith("guess-")]
    assert verdicts == ["refuted", "confirmed", "unclear", "unreachable", "not probed"]
    assert lines[-1] == "1 confirmed, 1 refuted, 1 unclear, 1 unreachable, 1 not probed; 7 requests"


def test_json_has_every_finding() -> None:
    document = json.loads(report_json(result(), insecure=True))
    assert [each["verdict"] for each in document["findings"]] == list(VERDICTS)
    assert document["counts"] == dict.fromkeys(VERDICTS, 1)
    assert document["contract"]["differences"][0]["operation"] == "queryRecordHistory"
    assert document["insecure"] is True


def test_junit_counts_what_is_refuted_as_failures() -> None:
    suite = ET.fromstring(report_junit(result()))
    assert dict(suite.attrib) | {"name": ""} == {
        "name": "", "tests": "6", "failures": "2", "errors": "1", "skipped": "2",
    }  # fmt: skip
    assert [len(case) for case in suite] == [0, 1, 1, 1, 1, 1]


def test_junit_stays_xml_whatever_is_in_a_text() -> None:
    odd = Result("x", [Finding("a", Judgement("refuted", "<&\">' ]]> tab\t"))])
    (case,) = ET.fromstring(report_junit(odd))
    assert "<&\">' ]]> tab" in case[0].attrib["message"]


def test_without_a_refuted_guess_the_settings_are_the_usual_ones() -> None:
    text = settings_text([Finding("numbers", confirmed("yes"))])
    assert (
        loader.loads(text.encode(), "real.yaml", "real").settings == loader.from_json({}, "x", "x").settings
    )


def test_options_and_unknown_settings_are_comments() -> None:
    text = settings_text(
        [Finding("not-json", refuted("", bad_json_status=422)), Finding("order", refuted("", order="none"))]
    )
    assert text.splitlines()[:3] == [
        MARK,
        "# Serve it: oifde-simulator serve --scenarios real.yaml --settings-from real --bad-json-status 422",
        '# no setting of this version: settings.order: "none"',
    ]  # fmt: skip


def test_mappings_of_several_findings_are_joined() -> None:
    text = settings_text(
        [
            Finding("error-codes", refuted("", codes={"token_missing": 900002})),
            Finding("parameter-code", refuted("", codes={"parameter": 7})),
        ]
    )
    assert "token_missing" in text
    assert "parameter" in text


def test_each_fact_has_its_place_and_a_file_that_loads() -> None:
    for flip in FLIPS.values():
        assert flip.facts.keys() <= PLACES.keys()
        text = settings_text([Finding("key", refuted("", **flip.facts))])
        loader.loads(text.encode(), "real.yaml", "real")


def test_the_command_names_the_file_and_its_tenant_whatever_they_are_called() -> None:
    path = Path("my folder/the real one.yaml")
    findings = [Finding("any-authorization", refuted("", recordings_tenant=OWN_TENANT))]
    words = shlex.split(serve_command(findings, path))
    tenant = "the real one"
    assert words[2:] == [
        "--scenarios", str(path), "--settings-from", tenant, "--recordings-tenant", tenant,
    ]  # fmt: skip
    assert "--scenarios 'the real one.yaml'" in settings_text(findings, path).splitlines()[1]


LIKE: dict[str, Any] = {name: FLIPS[name] for name in ("zone", "second token", "lifetime", "lock")}


@pytest.mark.parametrize("flip", LIKE.values(), ids=LIKE)
async def test_a_simulator_with_the_written_settings_is_like_the_target(flip: Flip) -> None:
    target = await asked(InProcess(merged(flip.extra)), **flip.given)
    text = settings_text(target.findings)
    settings = text.partition("description:")[2].partition("\n")[2]
    copy = await asked(InProcess(merged(settings)), **flip.given)
    assert copy.findings == target.findings
