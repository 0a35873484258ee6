"""benchmarks/compare.py: its tenants, its requests and its ratios."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from benchmark_modules import benchmark_modules
from serving import PATIENCE, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="benchmarks read /proc")
load = pytest.fixture(name="load")(benchmark_modules)


def ask(url: str, case: Any) -> bytes:
    body = case.body.replace(b"NUMBER", b"00000001")
    request = Request(url + case.path, body, case.headers, method="POST")
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        return bytes(answer.read())


def test_each_request_is_answered_as_its_name_says(load: Any, tmp_path: Path) -> None:
    cases = load("compare_cases")
    cases.write_tenants(tmp_path)
    found = {}
    with running(scenarios=(tmp_path,), tls="off") as simulator:
        for case in cases.CASES:
            answer = ask(simulator.data_url, case)
            if case.path == cases.DOWNLOAD:
                assert len(answer) > 3600 * 8000
            else:
                said = json.loads(answer)
                found[case.name] = (said.get("errorCode"), len(said.get("recordList") or ()))
    assert found.pop("a page of 100, users never seen")[1] > 10
    assert found == {
        "the example again": (0, 1),
        "the example, no two bodies alike": (0, 1),
        "refused, no two bodies alike": (10000002, 0),
        "a token fetched": (0, 0),
        "50 rules that do not match": (0, 1),
        "a rule that answers": (10000001, 0),
        "a page of 10, generated, again": (0, 10),
        "a page of 10, users never seen": (0, 10),
    }


def test_a_ratio_is_that_of_two_turns_of_one_round(load: Any) -> None:
    compare = load("compare")
    turns = {compare.OLD: [1.0, 2.0, 4.0], compare.NEW: [2.0, 2.0, 2.0], compare.BARE: [4.0, 2.0, 1.0]}
    assert compare.row("x", turns, 10) == ["x", "20.0", "20.0", "1.00 (0.50 to 2.00)", "1.00 (0.50 to 2.00)"]


def test_a_folder_is_taken_as_it_is(load: Any, tmp_path: Path) -> None:
    with load("compare").checkout(str(tmp_path)) as place:
        assert place == tmp_path.resolve()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_is_no_commit_is_refused_in_a_line(load: Any) -> None:
    with (
        pytest.raises(SystemExit, match="expected a commit of this repository, or a folder"),
        load("compare").checkout("no-such-commit"),
    ):
        pass
