"""`recording`: another sound in the place of a call's own, and only where it is another."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import orjson
import pytest

from engines import Engine
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.model.operation import Operation
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.population.recordings.folder import FileOctets
from oifde_simulator.rules.effect import PROVENANCE
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.wire.octets import FIRST_SLICE, LazyOctets, is_same
from oifde_simulator.wire.script import header, length, octets
from playing import DOWNLOAD
from wav_sound import WavSound, keys_of

START = 1_767_225_600_000
CALLS = {"a": (0, 60, "1" * 37), "b": (100, 130, "2" * 37), "c": (200, 290, "3" * 37)}
"""Start and end in seconds, and callId, by the name of the file."""


def call(name: str, user: str, start: int, end: int | None, call_id: str) -> str:
    info = json.dumps({"locationId": "7", "recordFileName": f"Y:/39/odfsrecord/20260101/{name}.wav"})
    times = {"startTime": START + start * 1000, "endTime": None if end is None else START + end * 1000}
    return json.dumps(
        {"callSorId": user, "calledNumber": "955500001", "callId": call_id, "businessInfoStr": info} | times
    )


def calls(*more: str) -> str:
    """Write the calls of one user, and others."""
    lines = [call(name, "18000000001", *each) for name, each in CALLS.items()]
    return "".join(f"    - {line}\n" for line in (*lines, *more))


def engine(*rules: str, records: str = "", settings: str = "", home: Path | None = None) -> Engine:
    text = f'clock: "2026-01-01T00:00:00Z"\n{settings}sessions:\n  records:\n{records or calls()}rules:\n'
    text += "".join(f"  - {rule}\n" for rule in rules)
    if home is None:
        return Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})
    (home / "acme.yaml").write_text(text)
    return Engine({"acme": loader.load(home / "acme.yaml")})


def rule(sound: str, more: str = "") -> str:
    return f"{{name: odd, match: {{endpoint: downloadOiapRecord}}, recording: {sound}{more}}}"


def asking(name: str) -> Request:
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": f"Y:/39/odfsrecord/20260101/{name}.wav"}}
    headers = {"Content-Type": "application/json", "Authorization": "auth-v2/acme/-/-/-"}
    return Request("POST", DOWNLOAD, headers, orjson.dumps(body))


def download(served: Engine, name: str) -> Exchange:
    return served.handle(asking(name))


def heard(exchange: Exchange) -> WavSound:
    return WavSound(octets(exchange.script, "body"))


def test_a_silent_recording_is_as_long_as_the_call_and_has_nothing_in_it() -> None:
    exchange = download(engine(rule("silent")), "a")
    assert (exchange.rule, header(exchange.script, PROVENANCE)) == ("odd", "odd")
    assert (heard(exchange).is_silent, heard(exchange).milliseconds) == (True, 60_000)
    assert header(exchange.script, "Content-Type") == "Application/Octet-stream;charset=UTF-8"


@pytest.mark.parametrize(("asked", "answered"), [("a", "c"), ("b", "a"), ("c", "b")])
def test_another_call_is_the_one_before_or_a_later_one(asked: str, answered: str) -> None:
    exchange = download(engine(rule("another-call")), asked)
    begin, end, call_id = CALLS[answered]
    assert heard(exchange).digits() == keys_of(call_id)
    assert heard(exchange).milliseconds == (end - begin) * 1000
    assert header(exchange.script, "Content-Length") == str(length(exchange.script, "body"))
    assert exchange.honest.fields["milliseconds"] != (end - begin) * 1000


@pytest.mark.parametrize(
    "settings", ["settings: {order: oldest}\n", "settings: {time_bounds: {field: endTime}}\n"]
)
def test_another_call_is_found_however_queries_look_for_calls(settings: str) -> None:
    exchange = download(engine(rule("another-call"), settings=settings), "b")
    assert heard(exchange).digits() in {keys_of("1" * 37), keys_of("3" * 37)}


def test_the_sound_has_the_channels_of_the_scenario_and_is_lazy() -> None:
    for sound in ("silent", "another-call"):
        exchange = download(engine(rule(sound), settings="recordings: {channels: 2}\n"), "b")
        assert isinstance(exchange.response.body, LazyOctets)
        assert exchange.response.body[:58][22:24] == b"\x02\x00"


NOTHING_TO_DO = {
    "silent, of a call of no length": (
        "silent",
        call("x", "18000000009", 0, 0, "4" * 37),
        "nothing is heard",
    ),
    "silent, of a call without keys or words": (
        "silent",
        call("x", "18000000009", 0, 9, "-"),
        "nothing is heard",
    ),
    "the only call": ("another-call", call("x", "18000000009", 0, 9, "4" * 37), "no other call"),
}


@pytest.mark.parametrize("case", NOTHING_TO_DO)
def test_a_rule_that_finds_no_other_sound_has_not_fired(case: str) -> None:
    sound, record, why = NOTHING_TO_DO[case]
    served = engine(rule(sound, ", times: 1"), records=calls(record))
    exchange = download(served, "x")
    assert (exchange.rule, header(exchange.script, PROVENANCE)) == ("", None)
    assert any(why in note for note in exchange.notes)
    assert download(served, "a").rule == "odd", "the turn was spent"


def test_calls_that_go_on_or_sound_the_same_are_no_other_sound() -> None:
    user = "18000000009"
    alike = [call(name, user, start, start + 9, "4" * 37) for name, start in (("x", 10), ("y", 50))]
    going_on = call("z", user, 90, None, "5" * 37)
    exchange = download(engine(rule("another-call"), records=calls(*alike, going_on)), "x")
    assert exchange.rule == ""


def test_an_answer_without_sound_is_left_as_it_is() -> None:
    exchange = download(engine(rule("silent")), "missing")
    assert exchange.rule == ""
    assert any("this answer is no recording" in note for note in exchange.notes)


def test_faults_come_after_the_sound() -> None:
    exchange = download(engine(rule("another-call", ", faults: [{truncated-json: 0.5}]")), "b")
    assert exchange.faults == ("truncated-json",)
    assert length(exchange.script, "body") == (58 + 480_000) // 2


def test_files_of_a_folder_are_silenced_and_mixed_up_too(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    for name in "ab":
        (tmp_path / "own" / f"{name}.wav").write_bytes(name.encode() * 100)
    settings = "recordings: {folder: own}\n"
    silent = download(engine(rule("silent"), settings=settings, home=tmp_path), "a")
    assert (heard(silent).is_silent, heard(silent).milliseconds) == (True, 60_000)
    mixed = download(engine(rule("another-call"), settings=settings, home=tmp_path), "b")
    assert octets(mixed.script, "body") == b"a" * 100


async def test_a_fault_that_changes_bytes_of_another_file_reads_it_off_the_loop_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    for name in "ab":
        (tmp_path / "own" / f"{name}.wav").write_bytes(name.encode() * 100)
    served = engine(
        rule("another-call", ", faults: [bom]"), settings="recordings: {folder: own}\n", home=tmp_path
    )
    threads: list[threading.Thread] = []
    read = FileOctets.read

    def noted(file: FileOctets, first: int, stop: int) -> bytes:
        threads.append(threading.current_thread())
        return read(file, first, stop)

    monkeypatch.setattr(FileOctets, "read", noted)
    exchange = await served.pipeline.handle(asking("b"))
    assert len(threads) == 1
    assert threading.current_thread() not in threads
    assert octets(exchange.script, "body") == b"\xef\xbb\xbf" + b"a" * 100


MISTAKES = {
    "{recording: loud}": "silent or another-call",
    "{match: {endpoint: queryRecordHistory}, recording: silent}": "answers with no recording",
    "{recording: silent, patch: [{op: remove, path: /resultCode}]}": "keep recording or patch",
    "{recording: silent, rows: {shuffle: true}}": "keep recording or rows",
    "{recording: silent, respond: {status: 200}}": "keep respond or recording",
    "{recording: silent, one_of: [{}]}": "exclude each other",
    "{one_of: [{match: {}, recording: silent}]}": "match",
}


@pytest.mark.parametrize("wrong", MISTAKES)
def test_a_rule_that_cannot_do_it_is_a_mistake(wrong: str) -> None:
    with pytest.raises(ScenarioErrors) as found:
        loader.loads(f"rules:\n  - {wrong}\n".encode(), "acme.yaml", "acme")
    assert MISTAKES[wrong] in str(found.value)


def test_only_the_download_answers_with_sound() -> None:
    operations: dict[str, Operation] = dict(BY_NAME)
    assert [name for name, each in operations.items() if each.answers_sound] == ["downloadOiapRecord"]


class Counted(LazyOctets):
    """Zeros, and an end of its own; it counts the bytes that are made."""

    def __init__(self, size: int, differs_at: int | None = None) -> None:
        self.made = 0
        self._size = size
        self._differs_at = differs_at

    def __len__(self) -> int:
        return self._size

    def read(self, first: int, stop: int) -> bytes:
        self.made += stop - first
        whole = bytearray(stop - first)
        if self._differs_at is not None and first <= self._differs_at < stop:
            whole[self._differs_at - first] = 1
        return bytes(whole)


@pytest.mark.parametrize("place", [0, FIRST_SLICE, 3_000_000, None])
def test_long_bytes_are_compared_no_further_than_they_are_alike(place: int | None) -> None:
    one, other = Counted(4 << 20), Counted(4 << 20, place)
    assert is_same([b"head", one], [b"he", b"ad", other]) is (place is None)
    assert one.made <= 4 * (place or FIRST_SLICE) if place is not None else one.made == 4 << 20
