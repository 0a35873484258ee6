"""`serve --watch` follows the files that answers are: a change of one loads its scenario again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.tenants import Tenants

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules: [{{respond: {{status: 403, file: pages/login.html}}}}]
"""


class Followed:
    """A tenant with a watcher that looks when it is told."""

    def __init__(self, path: Path) -> None:
        self.watcher = Watcher(Settings(scenarios=(path,), no_bundled=True, watch=True), lambda: 0.0)
        self.tenants = Tenants(self.watcher.scenarios, seed="0", error_status=200)
        journal = Journal(self.tenants.state, quiet=True)
        self.pipeline = Pipeline(Router(bad_json_status=400), self.tenants, journal)

    def look(self) -> None:
        for _ in range(2):
            immediate(self.watcher.look(self.tenants))

    def body(self) -> bytes:
        asked = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}
        headers = {"Content-Type": "application/json"}
        return immediate(
            self.pipeline.handle(Request("POST", QUERY, headers, json.dumps(asked).encode()))
        ).response.body[:]

    def epoch(self) -> int:
        return immediate(self.tenants.state.tenants.get("acme")).epoch


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    page = tmp_path / "pages" / "login.html"
    page.write_text("one")
    return page


def write(page: Path, text: str, at: int) -> None:
    """Write a page with a time of its own, since clocks of files tick seldom."""
    page.write_text(text)
    os.utime(page, ns=(at, at))


def test_a_file_that_changes_is_sent_as_it_is_now(page: Path) -> None:
    followed = Followed(page.parents[1])
    assert followed.body() == b"one"
    write(page, "two", 10**18)
    immediate(followed.watcher.look(followed.tenants))
    assert followed.body() == b"one"  # it may be half written
    immediate(followed.watcher.look(followed.tenants))
    assert followed.body() == b"two"
    write(page, "six", 10**18 + 10**9)
    followed.look()
    assert followed.body() == b"six"


def test_a_file_that_has_only_another_time_changes_nothing(page: Path) -> None:
    followed = Followed(page.parents[1])
    epoch = followed.epoch()
    write(page, "one", 10**18)
    followed.look()
    followed.look()
    assert followed.epoch() == epoch


def test_a_file_that_is_gone_leaves_the_last_good_one_until_it_is_back(page: Path) -> None:
    followed = Followed(page.parents[1])
    page.unlink()
    followed.look()
    assert followed.body() == b"one"
    (broken,) = followed.tenants.broken_files
    assert "there is no such file" in broken.message
    write(page, "new", 10**18)
    followed.look()
    assert (followed.body(), list(followed.tenants.broken_files)) == (b"new", [])


def test_a_file_that_comes_later_mends_its_scenario(page: Path) -> None:
    other = page.with_name("other.html")
    (page.parents[1] / "b.yaml").write_text(SCENARIO.replace("login", "other"))
    followed = Followed(page.parents[1])
    assert [each.message for each in followed.watcher.broken_files()]
    other.write_text("here")
    followed.look()
    assert not followed.watcher.broken_files()
    assert {"acme", "b"} <= followed.watcher.scenarios.keys()


def test_a_scenario_that_is_gone_is_followed_no_more(page: Path) -> None:
    followed = Followed(page.parents[1])
    (page.parents[1] / "acme.yaml").unlink()
    write(page, "two", 10**18)
    followed.look()
    followed.look()
    assert (page.parents[1] / "pages").is_dir()
