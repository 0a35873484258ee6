"""Recordings are fetched if asked for: whole, named by pseudonym, and never an error taken for sound."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.recorder import recordings
from oifde_simulator.recorder.recordings import NotAllowed, NotFetched, RecordingFolder, file_name, local_name
from oifde_simulator.vendor_client import TargetError
from oifde_simulator.vendor_client.credentials import authorization

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(64)


def record(name: str) -> dict[str, Any]:
    return {"locationId": 255, "businessInfoStr": json.dumps({"recordFileName": name})}


ORIGINAL, MADE = (
    record("Y:/135/odfsrecord/20210416/1618558942-7.wav"),
    record("Y:/149/odfsrecord/20210416/9.wav"),
)


class Answer:
    """A session whose downloads are answered with these pieces."""

    def __init__(self, *pieces: bytes, status: int = 200, error: Exception | None = None) -> None:
        self.pieces, self.status, self.error = pieces, status, error
        self.asked: list[tuple[Any, ...]] = []

    @asynccontextmanager
    async def streamed(self, *asked: Any) -> AsyncIterator[tuple[Any, AsyncIterator[bytes]]]:
        self.asked.append(asked)
        yield self, self._stream()

    async def _stream(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.error:
            raise self.error


async def fetch(folder: Path, answer: Answer) -> RecordingFolder:
    fetching = RecordingFolder(folder, answer, "auth-v2/x")  # type: ignore[arg-type]
    await fetching.fetch(ORIGINAL, MADE)
    return fetching


def found(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


async def test_a_recording_is_written_under_its_pseudonym(tmp_path: Path) -> None:
    answer = Answer(WAV[:5], WAV[5:])
    await fetch(tmp_path, answer)
    assert found(tmp_path) == ["149/odfsrecord/20210416/9.wav"]
    path = tmp_path / "149/odfsrecord/20210416/9.wav"
    assert path.read_bytes() == WAV
    assert path.stat().st_mode & 0o077 == 0
    ((method, url, body, headers),) = answer.asked
    assert (method, url) == ("POST", "/CCFS/resource/ccfs/downloadOiapRecord?locationId=255")
    assert body == {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name(ORIGINAL)}}
    assert headers == {"Authorization": "auth-v2/x"}
    await fetch(tmp_path, answer)
    assert len(answer.asked) == 1  # it is there


ERROR = json.dumps({"resultCode": "0300011", "resultDesc": "x" * 9000}).encode()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b'{"resultCode": "0300012", "resultData": ""}'), 'resultCode "0300012"'),
        (Answer(b'{"response": {"resultCode": "0300008"}}'), 'resultCode "0300008"'),
        (Answer(ERROR), "what came is no WAV file"),
        (Answer(b"<html>" + bytes(9000)), "what came is no WAV file"),
        (Answer(), "what came is no WAV file"),
        (Answer(WAV, status=502), "HTTP status 502"),
        (Answer(WAV, bytes(2000)), "more than 0 MiB"),
    ],
    ids=["error as sound", "older error", "long error", "page", "nothing", "status", "too long"],
)
async def test_what_is_no_recording_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, words: str
) -> None:
    if len(answer.pieces) == 2:
        monkeypatch.setattr(recordings, "MOST_BYTES", 1000)
    with pytest.raises(NotFetched, match=words):
        await fetch(tmp_path, answer)
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(Answer(status=401), NotAllowed), (Answer(WAV, error=TargetError("gone")), TargetError)],
    ids=["refused", "gone amid it"],
)
async def test_what_breaks_a_run_off_leaves_no_part(
    tmp_path: Path, answer: Answer, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await fetch(tmp_path, answer)
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "value", [None, "null", "x", '{"recordFileName": "null"}', "[1]", '{"recordFileName": 7}']
)
async def test_a_record_without_a_recording_asks_nothing(tmp_path: Path, value: str | None) -> None:
    answer = Answer(WAV)
    fetching = RecordingFolder(tmp_path, answer, "a")  # type: ignore[arg-type]
    await fetching.fetch({"businessInfoStr": value}, MADE)
    assert answer.asked == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Y:/135/x.wav", "135/x.wav"),
        ("y:/record/39/odfsrecord/20201015/x.wav", "39/odfsrecord/20201015/x.wav"),
        ("Y:/record/39/20201015/x.wav", "39/odfsrecord/20201015/x.wav"),
        ("Y:/39/transferrecord/20201015/a b.wav", "39/odfsrecord/20201015/a b.wav"),
        ("Y:/../../etc/passwd", "etc/passwd"),
        ("/abs/x.wav", "abs/x.wav"),
        ("..", "unnamed"),
        ("Y:\\135\\x.wav", "135/x.wav"),
        ("a\0b:c.wav", "a_b_c.wav"),
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, path: str) -> None:
    assert local_name(name) == path


@pytest.mark.parametrize("text", ["", " ", "a\nb", "ä"])
def test_an_authorization_that_is_none_is_told_without_it(text: str) -> None:
    with pytest.raises(ValueError, match="in OIFDE_AUTHORIZATION, in one line"):
        authorization({"OIFDE_AUTHORIZATION": text})
