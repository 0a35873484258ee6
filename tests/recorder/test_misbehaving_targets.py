"""A target of `record` that misbehaves: one clear line, exit code 2, and what came is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.cli import main
from oifde_simulator.scenario import loader
from oifde_simulator.vendor_client import Reply, TargetError, Unreachable, VendorSession

SECRET = "swordfish-1234"
USERS = ("18000000001", "18000000009")
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(64)
GONE = {
    "hangs": (Unreachable("http://t gives no whole answer within 30 s"), "gives no whole answer"),
    "garbage": (Unreachable("http://t answers what is no HTTP"), "answers what is no HTTP"),
    "certificate": (Unreachable("http://t shows a certificate that is not trusted"), "is not trusted"),
    "a gigabyte": (TargetError("http://t answers more than 32 MiB to one request"), "more than 32 MiB"),
    "a redirect": (Reply(302, (("Location", "https://x"),), b""), "HTTP status 302 without an errorCode"),
    "a page": (Reply(200, (), b"<html>"), "HTTP status 200 without an errorCode"),
}


def answered(document: object) -> Reply:
    return Reply(200, (), json.dumps(document).encode())


def record(user: str) -> dict[str, Any]:
    info = {"recordFileName": f"Y:/135/odfsrecord/20210416/1618558942-{user}.wav", "locationId": "0"}
    return {"callSorId": user, "callId": f"c{user}", "startTime": 1618558942000,
            "businessInfoStr": json.dumps(info)}  # fmt: skip


@dataclass
class Target:
    """Answers of a service, some of which are something else."""

    bad: Reply | Exception
    at: str = ""
    """Part of the body of a request, or of its path, that is answered badly."""
    status = 200
    paths: list[str] = field(default_factory=list)

    async def request(
        self, _session: VendorSession, _method: str, path: str, body: Any = None, _headers: Any = None
    ) -> Reply:
        """Answer as a good service would, but where it is bad."""
        self.paths.append(path)
        if self.at in path + json.dumps(dict(body)):
            return self._fail()
        if path.endswith("gettoken"):
            return answered({"errorCode": 0, "authToken": "t" * 32})
        return answered({"errorCode": 0, "total": 1, "recordList": [record(body["userMobile"])]})

    @asynccontextmanager
    async def streamed(
        self, _session: VendorSession, _method: str, path: str, body: Mapping[str, Any], _headers: Any = None
    ) -> AsyncIterator[tuple[Any, AsyncIterator[bytes]]]:
        """Send sound, or fail."""
        bad = self.at in path + json.dumps(dict(body))
        reply = self._fail() if bad else Reply(200, (), WAV)

        async def pieces() -> AsyncIterator[bytes]:
            yield reply.body

        yield reply, pieces()

    def _fail(self) -> Reply:
        if isinstance(self.bad, Exception):
            raise self.bad
        return self.bad


@dataclass
class Run:
    code: int
    err: str
    output: Path
    sounds: Path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    monkeypatch.setenv("OIFDE_APP_SECRET", SECRET)
    monkeypatch.setenv("OIFDE_AUTHORIZATION", "auth-v2/a/b/c/d")

    def record_from(target: Target) -> Run:
        monkeypatch.setattr(VendorSession, "request", lambda *given: target.request(*given))
        monkeypatch.setattr(VendorSession, "streamed", lambda *given: target.streamed(*given))
        output, sounds = tmp_path / "copy.yaml", tmp_path / "sounds"
        options = ("--target", "http://t", "--tenant", "zenith", "--rate", "9999/s", "--no-pseudonyms")
        code = main(["record", *options, "-o", str(output), "--recordings", str(sounds), "--users", *USERS])
        return Run(code, capsys.readouterr().err, output, sounds)

    return record_from


@pytest.mark.parametrize(("bad", "words"), GONE.values(), ids=GONE)
def test_without_a_token_there_is_one_line_and_no_file(run: Any, bad: Any, words: str) -> None:
    done = run(Target(bad, at="gettoken"))
    (line,) = [each for each in done.err.splitlines() if each.startswith("oifde-simulator record:")]
    assert words in line
    assert (done.code, done.output.exists()) == (2, False)
    assert SECRET not in done.err


@pytest.mark.parametrize(("bad", "words"), GONE.values(), ids=GONE)
def test_amid_the_histories_what_came_is_kept_and_the_same_command_goes_on(
    run: Any, bad: Any, words: str
) -> None:
    done = run(Target(bad, at=USERS[1]))
    (line,) = [each for each in done.err.splitlines() if each.startswith("oifde-simulator record:")]
    assert words in line
    assert "the same command goes on from here" in line
    assert done.code == 2
    assert [each["userMobile"] for each in loader.load(done.output).records] == [USERS[0]]
    again = run(Target(bad, at="never"))
    assert (again.code, len(loader.load(again.output).records)) == (0, 2)


@pytest.mark.parametrize(("bad", "_words"), GONE.values(), ids=GONE)
def test_amid_the_downloads_the_records_are_kept_and_no_part_of_a_file(
    run: Any, bad: Any, _words: str
) -> None:
    done = run(Target(bad, at=f"1618558942-{USERS[1]}"))
    assert done.code == 2
    assert len(loader.load(done.output).records) == 2
    assert [path.read_bytes() for path in done.sounds.rglob("*") if path.is_file()] == [WAV]
    again = run(Target(bad, at="never"))
    assert again.code == 0
    assert len(list(again.sounds.rglob("*.wav"))) == 2
