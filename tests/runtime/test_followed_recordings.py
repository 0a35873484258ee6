"""`serve --watch` follows the folder of recordings that a scenario names; its tenant notices nothing."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path

import pytest

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.population.recordings import folder as folder_module
from oifde_simulator.runtime import serve
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.tenants import Tenants
from recording_download import PATH

FILE = "Y:/39/odfsrecord/20260101/x.wav"
RECORD = {
    "callSorId": "18000000001", "calledNumber": "955500001", "startTime": 1_767_225_600_000,
    "endTime": 1_767_225_601_000, "businessInfoStr": json.dumps({"recordFileName": FILE}),
}  # fmt: skip
SCENARIO = f"""
recordings: {{folder: sounds}}
clock: "2026-01-02T00:00:00Z"
sessions: {{records: [{json.dumps(RECORD)}]}}
"""
MADE = 58 + 8000


class Followed:
    """A tenant with a watcher that looks when it is told."""

    def __init__(self, path: Path) -> None:
        settings = Settings(scenarios=(path,), no_bundled=True, watch=True)
        self.watcher = Watcher(settings, lambda: 0.0)
        self.tenants = Tenants(self.watcher.scenarios, seed="0", error_status=200)
        self.pipeline = Pipeline(
            Router(bad_json_status=400), self.tenants, Journal(self.tenants.state, quiet=True)
        )

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            immediate(self.watcher.look(self.tenants))

    def size(self) -> int:
        """Length of the recording that a download gets; read in whole."""
        body = json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}).encode()
        request = Request("POST", PATH, {"Authorization": "auth-v2/acme/-/-/-"}, body)
        octets = immediate(self.pipeline.handle(request)).response.body
        return len(octets[:])

    def epoch(self) -> int:
        return immediate(self.tenants.state.tenants.get("acme")).epoch


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger(logs.FOLLOWED).setLevel(logging.NOTSET)
    caplog.set_level(logging.INFO, logs.FOLLOWED)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sounds").mkdir()
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    return tmp_path


def test_a_file_that_is_put_in_later_is_served_and_the_tenant_notices_nothing(home: Path) -> None:
    followed = Followed(home)
    epoch = followed.epoch()
    assert followed.size() == MADE
    (home / "sounds" / "x.wav").write_bytes(b"RIFF" * 10)
    assert followed.size() == MADE
    followed.look()
    assert followed.size() == 40
    (home / "sounds" / "x.wav").write_bytes(b"RIFF" * 20)
    followed.look()
    assert followed.size() == 80
    (home / "sounds" / "x.wav").unlink()
    followed.look(1)
    assert (followed.size(), followed.epoch()) == (MADE, epoch)


def test_a_file_that_is_being_written_is_not_served_before_it_is_still(home: Path) -> None:
    followed = Followed(home)
    for size in (1, 2, 3):
        (home / "sounds" / "x.wav").write_bytes(b"R" * size)
        followed.look(1)
        assert followed.size() == MADE
    followed.look(1)
    assert followed.size() == 3


def test_a_link_out_of_the_folder_is_not_followed_later_either(home: Path) -> None:
    (home / "secret.wav").write_bytes(b"secret")
    followed = Followed(home / "acme.yaml")
    (home / "sounds" / "x.wav").symlink_to(home / "secret.wav")
    followed.look()
    assert followed.size() == MADE


def test_a_request_looks_at_no_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "sounds" / "x.wav").write_bytes(b"RIFF" * 10)
    followed = Followed(home)
    followed.size()
    monkeypatch.setattr(folder_module.os, "open", None)
    monkeypatch.setattr(os, "stat", None)
    monkeypatch.setattr(Path, "iterdir", None)
    body = json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}).encode()
    request = Request("POST", PATH, {"Authorization": "auth-v2/acme/-/-/-"}, body)
    assert len(immediate(followed.pipeline.handle(request)).response.body) == 40


def test_a_folder_that_goes_is_told_once_and_one_that_comes_mends_its_scenario(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = Followed(home)
    shutil.rmtree(home / "sounds")
    followed.look(3)
    told = [line for line in caplog.messages if "recordings stay as they were" in line]
    why = "the folder cannot be read: No such file or directory"
    assert told == [f"{home}/sounds: {why}; the recordings stay as they were"]
    again = Followed(home)
    assert [each.message.count("recordings.folder") for each in again.watcher.broken_files()] == [1]
    again.look(3)
    assert sum("it is not served" in line for line in caplog.messages) == 1
    (home / "sounds").mkdir()
    again.look(1)
    assert (again.watcher.broken_files(), immediate(again.tenants.ids())) == ([], ["acme"])


def test_without_watch_the_log_says_that_later_files_are_not_seen(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "sounds" / "x.wav").write_bytes(b"RIFF")
    serve.create(Settings(scenarios=(home,), no_bundled=True, tls="off"))
    assert (
        f"{home}/acme.yaml: recordings.folder has 1 file; those that come later are served with --watch, "
        "or after a restart"
    ) in caplog.messages
