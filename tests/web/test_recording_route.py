"""A recording that is played by the control plane: the download's sound, in bounded pieces, and in parts."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema
import pytest

from controlling import Controlling
from oifde_simulator.population.recordings.folder import FileOctets
from oifde_simulator.population.recordings.recording import Recording
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.routes.recordings import PIECE
from playing import DOWNLOAD
from serving import PATIENCE, running
from speaking_programs import install

START = 1_767_225_600_000


def name(vdn: int, last: str) -> str:
    return f"Y:/{vdn}/odfsrecord/20260101/{last}.wav"


MADE, FILED, OTHER = name(39, "made"), name(39, "filed"), name(40, "other")


def record(number: int, file_name: str) -> dict[str, Any]:
    return {
        "callSorId": "18000000001", "calledNumber": "955500001", "callId": f"{number:037d}",
        "startTime": START + number * 1_000_000, "endTime": START + number * 1_000_000 + 60_000,
        "businessInfoStr": json.dumps({"recordFileName": file_name}),
        "recordDetials": [
            {"requsetTime": START + number * 1_000_000 + 2000, "timestamp": START + number * 1_000_000 + 8000,
             "userSaying": "Hello", "systemReply": "Good day"},
        ],
    }  # fmt: skip


def scenario(*records: dict[str, Any], more: str = "") -> str:
    return f'clock: "2026-01-02T00:00:00Z"\nsessions: {{records: {json.dumps(records)}}}\n{more}'


FILE = b"RIFF" + bytes(range(256)) * 300


@dataclass(frozen=True)
class Heard:
    """An answer about a recording."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def part(self) -> tuple[int, str | None, bytes]:
        """What a Range header decides."""
        return self.status, self.headers.get("Content-Range"), self.body


@dataclass(frozen=True)
class Player:
    """A client that asks for recordings."""

    control: Controlling
    simulator: Simulator

    def __call__(
        self, file_name: str = MADE, wanted: str | None = None, *, tenant: str = "acme", method: str = "GET",
        **headers: str,
    ) -> Heard:  # fmt: skip
        """Ask for a recording, or a range of it."""
        path = f"/tenants/{tenant}/recordings?fileName={quote(file_name, safe='')}"
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        connection = HTTPConnection(urlsplit(self.simulator.control_url).netloc, timeout=PATIENCE)
        try:
            connection.request(method, path, headers=given | ({} if wanted is None else {"Range": wanted}))
            answer = connection.getresponse()
            return Heard(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def download(self, file_name: str, tenant: str = "acme") -> bytes:
        """Download a recording from the vendor's interface."""
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}
        connection = HTTPConnection(urlsplit(self.simulator.data_url).netloc, timeout=PATIENCE)
        try:
            headers = {
                "Authorization": f"auth-v2/{tenant}/a/b/c",
                "Content-Type": "application/json; charset=UTF-8",
            }
            connection.request("POST", DOWNLOAD, json.dumps(body), headers)
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def playing(folder: Path, **texts: str) -> Iterator[Player]:
    (folder / "sounds").mkdir()
    (folder / "sounds" / "filed.wav").write_bytes(FILE)
    for id, text in texts.items():
        (folder / f"{id}.yaml").write_text(text)
    with running(scenarios=tuple(folder / f"{id}.yaml" for id in texts)) as simulator:
        yield Player(Controlling(simulator), simulator)


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "secret.wav").write_bytes(b"RIFFsecret")
    acme = scenario(record(1, MADE), record(2, FILED), more="recordings: {folder: sounds}\n")
    down = "rules: [{respond: {status: 503}}]\n"
    with playing(
        folder, acme=acme, other=scenario(record(1, OTHER)), down=scenario(record(1, MADE), more=down)
    ) as found:
        yield found


# All of it


@pytest.mark.parametrize("file_name", [MADE, FILED])
def test_a_recording_is_the_one_of_a_download(play: Player, file_name: str) -> None:
    heard = play(file_name)
    assert (heard.status, heard.headers["Content-Type"]) == (200, "audio/wav")
    assert heard.body == play.download(file_name)
    assert len(heard.body) == int(heard.headers["Content-Length"])


def test_a_file_of_the_folder_is_played(play: Player) -> None:
    assert play(FILED).body == FILE


def test_a_recording_is_played_on_a_good_day_whatever_the_rules_do(play: Player) -> None:
    assert play(MADE, tenant="down").body == play(MADE).body
    assert play.control("GET", "/tenants/down/rules").json[0]["fired"] == 0


def test_playing_leaves_nothing_in_the_journal(play: Player) -> None:
    before = play.control("GET", "/journal?tenant=down").json
    play(MADE, tenant="down")
    assert play.control("GET", "/journal?tenant=down").json == before


# Parts


@pytest.mark.parametrize("file_name", [MADE, FILED])
def test_parts_join_to_the_whole(play: Player, file_name: str) -> None:
    whole = play(file_name).body
    size, step = len(whole), 2 * PIECE + 777
    parts = [play(file_name, f"bytes={first}-{first + step - 1}") for first in range(0, size, step)]
    assert {part.status for part in parts} == {206}
    assert b"".join(part.body for part in parts) == whole
    assert [part.headers["Content-Range"] for part in parts] == [
        f"bytes {first}-{min(first + step, size) - 1}/{size}" for first in range(0, size, step)
    ]


def test_what_a_browser_asks_for_first_is_everything_as_a_part(play: Player) -> None:
    whole = play().body
    assert play(MADE, "bytes=0-").part == (206, f"bytes 0-{len(whole) - 1}/{len(whole)}", whole)
    assert play(MADE, "Bytes=0-0").part == (206, f"bytes 0-0/{len(whole)}", whole[:1])
    assert play(MADE, f"bytes=-{10**40}").body == whole


@pytest.mark.parametrize(
    "wanted", ["bytes=-0", "bytes={size}-", "bytes={size}-{size}", f"bytes={10**40}-", "bytes=-000"]
)
def test_a_range_without_bytes_is_refused_with_the_size(play: Player, wanted: str) -> None:
    size = len(play().body)
    heard = play(MADE, wanted.format(size=size))
    assert (heard.status, heard.headers["Content-Range"]) == (416, f"bytes */{size}")
    problem = json.loads(heard.body)
    jsonschema.validate(problem, {"$ref": "#/components/schemas/Problem", **openapi.document()})
    assert problem["type"] == "urn:oifde-simulator:problem:wrong-range"


NONSENSE = [
    "", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=9-3", "bytes=0-1,3-4", "bytes=a-b", "bytes=1.5-2",
    "bytes=0x1-0x2", "bytes=+1-2", "bytes=0-1-2", "lines=0-1", "0-1",
    f"bytes={'9' * 5000}-", "bytes=\u00b2-\u00b3",
]  # fmt: skip


@pytest.mark.parametrize("wanted", NONSENSE)
def test_a_range_of_another_form_gets_everything(play: Player, wanted: str) -> None:
    assert play(MADE, wanted).part == (200, None, play().body)


def test_a_condition_that_no_answer_can_meet_gets_everything(play: Player) -> None:
    assert play(MADE, "bytes=0-9", If_Range='"x"').part == (200, None, play().body)


@pytest.mark.parametrize("wanted", [None, "bytes=0-9", "bytes=99999999-"])
def test_the_head_is_that_of_everything(play: Player, wanted: str | None) -> None:
    heard = play(MADE, wanted, method="HEAD")
    assert heard.part == (200, None, b"")
    assert int(heard.headers["Content-Length"]) == len(play().body)
    assert heard.headers["Accept-Ranges"] == "bytes"


# What there is not

STRANGE = [
    OTHER, "none.wav", "filed.wav", "../secret.wav", "Y:/39/odfsrecord/20260101/../../secret.wav",
    "Y:/../secret.wav", "/etc/passwd", "sounds/filed.wav",
    "..\\secret.wav", "Y:/39/odfsrecord/20260101/filed.wav\0",
    "\0", "file:///etc/passwd", "\u202e.wav", "x" * 512, name(39, "../secret"), name(40, "filed"),
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("file_name", STRANGE)
def test_a_name_that_no_session_has_is_a_problem(play: Player, file_name: str, method: str) -> None:
    heard = play(file_name, "bytes=0-1", method=method)
    assert (heard.status, heard.headers["Content-Type"]) == (404, "application/problem+json")
    if method == "GET":
        problem = json.loads(heard.body)
        jsonschema.validate(problem, {"$ref": "#/components/schemas/Problem", **openapi.document()})
        assert problem["type"] == "urn:oifde-simulator:problem:no-recording"
        assert "secret" not in problem["detail"] or "secret" in file_name


@pytest.mark.parametrize(
    ("path", "status", "type"),
    [
        ("/tenants/acme/recordings?fileName=" + "x" * 600, 400, "wrong-parameter"),
        ("/tenants/acme/recordings?fileName=", 400, "wrong-parameter"),
        ("/tenants/acme/recordings?fileName=a&fileName=b", 400, "wrong-parameter"),
        ("/tenants/acme/recordings", 400, "wrong-parameter"),
        ("/tenants/nobody/recordings?fileName=a.wav", 404, "no-tenant"),
    ],
)
def test_a_wrong_question_is_refused(play: Player, path: str, status: int, type: str) -> None:
    assert play.control("GET", path).problem == (status, type)


def test_another_tenants_recording_is_only_the_others(play: Player) -> None:
    assert play(OTHER).status == play(FILED, tenant="other").status == 404
    assert play(OTHER, tenant="other").status == 200


# Bounds


def test_no_more_than_a_piece_is_made_or_read_at_once(play: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    for kind in (Recording, FileOctets):
        read = kind.read

        def noting(octets: Any, first: int, stop: int, read: Any = read) -> bytes:
            made.append(stop - first)
            found: bytes = read(octets, first, stop)
            return found

        monkeypatch.setattr(kind, "read", noting)
    assert sum(len(play(file_name).body) for file_name in (MADE, FILED)) == sum(made)
    assert max(made) == PIECE


def test_a_file_is_read_off_the_event_loop(play: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    read = FileOctets.read

    def noting(octets: FileOctets, first: int, stop: int) -> bytes:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return read(octets, first, stop)

    monkeypatch.setattr(FileOctets, "read", noting)
    assert play(FILED).body == FILE


def test_a_file_that_has_changed_is_a_problem_and_no_link_is_followed(tmp_path: Path) -> None:
    acme = scenario(record(2, FILED), more="recordings: {folder: sounds}\n")
    with playing(tmp_path, acme=acme) as play:
        path, whole = tmp_path / "sounds" / "filed.wav", FILE
        path.write_bytes(whole + b"x")
        heard = play(FILED)
        assert heard.status == 404
        assert "has changed" in json.loads(heard.body)["detail"]
        assert str(path) not in json.loads(heard.body)["detail"]
        path.unlink()
        os.symlink("/etc/passwd", path)
        assert play(FILED).status == 404


def test_a_file_that_goes_while_it_is_sent_breaks_the_connection(
    play: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = FileOctets.read

    def failing(octets: FileOctets, first: int, stop: int) -> bytes:
        if first >= PIECE:
            raise OSError("it has gone")
        return read(octets, first, stop)

    monkeypatch.setattr(FileOctets, "read", failing)
    with pytest.raises((IncompleteRead, ConnectionError)):
        play(FILED)
    assert play(MADE).status == 200


# Words


@pytest.mark.slow(seconds=1)
def test_words_are_spoken_where_the_scenario_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", install(tmp_path / "bin", "says a second"))
    text = scenario(record(1, MADE), more="recordings: {speech: true}\n")
    with playing(tmp_path, acme=text, tones=scenario(record(1, MADE))) as play:
        spoken, tones = play(MADE).body, play(MADE, tenant="tones").body
        assert spoken == play.download(MADE) != tones
        assert play(MADE, "bytes=20000-40000").body == spoken[20000:40001]
