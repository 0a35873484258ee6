"""Recordings on the wire: whole, in slices, spoiled, and from a folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ServeScenarios, VendorClient
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.population.recordings.recording import Recording, recording
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.web.data_plane.delivery import SLICE
from oifde_simulator.web.data_plane.unsent import Unsent
from oifde_simulator.wire.octets import LazyOctets

PATH = "/CCFS/resource/ccfs/downloadOiapRecord"
FILE = "Y:/39/odfsrecord/20260101/x.wav"
INFO = json.dumps({"recordFileName": FILE})
RECORD = {
    "callSorId": "18000000001", "calledNumber": "955500001", "callId": "1618558941482" + "0" * 24,
    "startTime": 1_767_225_600_000, "endTime": 1_767_225_700_000, "businessInfoStr": INFO,
}  # fmt: skip
ACME = f'clock: "2026-01-02T00:00:00Z"\nsessions: {{records: [{json.dumps(RECORD)}]}}\n'
SOUND = 58 + 100 * 8000


async def download(client: VendorClient, file_name: str = FILE) -> tuple[aiohttp.ClientResponse, bytes]:
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}
    response = await client.client.post(PATH, json=body, headers={"Authorization": "auth-v2/acme/a/b/c"})
    return response, await response.read()


def entries(client: VendorClient) -> list[Entry]:
    return immediate(Journal(client.tenants.state).entries(None, Since()))


def sound(client: VendorClient) -> bytes:
    session = immediate(client.tenants.named("acme")).world.sessions.by_recording(FILE, 0)
    assert session is not None
    return recording(session.record)[:]


async def test_the_sound_arrives_whole_and_the_same_every_time(serve: ServeScenarios) -> None:
    client = await serve(acme=ACME)
    (first, octets), (_, again) = await download(client), await download(client)
    assert first.headers["Content-Type"] == "Application/Octet-stream;charset=UTF-8"
    assert first.headers["Content-Length"] == str(SOUND)
    assert octets == again == sound(client)
    assert len(octets) == SOUND


async def test_the_journal_has_a_digest_of_what_was_sent(serve: ServeScenarios) -> None:
    client = await serve(acme=ACME)
    _, octets = await download(client)
    (entry,) = entries(client)
    assert entry.brief()["outcome"]["digest"] == sha256(octets).hexdigest()
    assert entry.outcome.how == "complete"
    await client.query(tenant="acme")
    assert "digest" not in entries(client)[-1].brief()["outcome"]


SPOILED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cut": ('{cut: "50%"}', lambda whole: whole[: len(whole) // 2]),
    "cut in the header": ("{cut: 40}", lambda whole: whole[:40]),
    "reset": ("{reset-mid-body: 300000}", lambda whole: whole[:300_000]),
}


@pytest.mark.parametrize(("fault", "kept"), SPOILED.values(), ids=SPOILED)
async def test_a_recording_breaks_off_where_a_fault_says(
    serve: ServeScenarios, fault: str, kept: Callable[[bytes], bytes]
) -> None:
    client = await serve(acme=f"{ACME}rules: [{{faults: [{fault}]}}]\n")
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await download(client)
    (entry,) = entries(client)
    assert entry.outcome.digest == sha256(kept(sound(client))).hexdigest()


CHANGED = {
    "bom": lambda whole: b"\xef\xbb\xbf" + whole,
    "slicer: 10000": lambda whole: whole,
    "dribble: 1ms": lambda whole: whole,
    "truncated-json": lambda whole: whole[: len(whole) // 2],
    "close": lambda whole: whole,
}


@pytest.mark.parametrize("fault", CHANGED)
async def test_a_recording_is_changed_and_slowed_as_any_body(serve: ServeScenarios, fault: str) -> None:
    item = f"{{{fault}}}" if ":" in fault else fault
    client = await serve(acme=f"{ACME}rules: [{{faults: [{item}]}}]\n")
    response, octets = await download(client)
    assert octets == CHANGED[fault](sound(client))
    assert int(response.headers["Content-Length"]) == len(octets)


class Slices(LazyOctets):
    """Lazy octets that note which stretches are read, and where."""

    def __init__(self, size: int, failing: int | None = None) -> None:
        self.size, self.failing = size, failing
        self.stretches: list[int] = []
        self.threads: set[threading.Thread] = set()

    @property
    def blocking(self) -> bool:
        return self.failing is not None

    def __len__(self) -> int:
        return self.size

    def read(self, first: int, stop: int) -> bytes:
        self.threads.add(threading.current_thread())
        if self.failing is not None and stop > self.failing:
            raise OSError("the file has changed")
        self.stretches.append(stop - first)
        return b"x" * (stop - first)


async def sounding(client: VendorClient, octets: LazyOctets) -> None:
    """Have the tenant answer these bytes for a recording."""
    service: Any = (await client.tenants.named("acme")).world.service
    policy = service.policy
    service.policy = type(policy)(**{
        **{name: getattr(policy, name) for name in policy.__slots__}, "sound": lambda record, name: octets,
    })  # fmt: skip


async def test_a_recording_is_never_whole_in_memory(serve: ServeScenarios) -> None:
    client, octets = await serve(acme=ACME), Slices(8 << 20)
    await sounding(client, octets)
    _, received = await download(client)
    assert len(received) == sum(octets.stretches) == 8 << 20
    assert max(octets.stretches) <= SLICE


async def test_a_client_that_leaves_ends_the_making(serve: ServeScenarios) -> None:
    client, octets = await serve(acme=ACME), Slices(1 << 40)
    await sounding(client, octets)
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}
    async with client.client.post(PATH, json=body, headers={"Authorization": "auth-v2/acme"}) as response:
        await response.content.readexactly(1 << 20)
    await client.client.close()
    assert sum(octets.stretches) < 64 << 20


async def test_a_file_is_read_in_a_thread_and_a_broken_one_breaks_the_connection(
    serve: ServeScenarios,
) -> None:
    client, octets = await serve(acme=ACME), Slices(2 << 20, failing=1 << 20)
    await sounding(client, octets)
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await download(client)
    assert threading.current_thread() not in octets.threads
    assert entries(client)[0].outcome.how == "reset"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario file with a folder of recordings."""
    (tmp_path / "sounds").mkdir()
    (tmp_path / "acme.yaml").write_text(f"recordings: {{folder: sounds}}\n{ACME}")
    return tmp_path


async def test_a_file_of_the_folder_is_served_for_the_record_that_names_it(
    folder: Path, serve: ServeScenarios, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sounds" / "x.wav").write_bytes(octets := b"RIFF" + bytes(range(256)) * 3000)
    scenario = loader.load(folder / "acme.yaml")
    monkeypatch.setattr(loader, "loads", lambda *given: scenario)
    client = await serve(acme="")
    assert (await download(client))[1] == octets
    (entry,) = entries(client)
    assert entry.brief()["honest"] == {"status": 200, "bytes": len(octets)}
    assert entry.outcome.digest == sha256(octets).hexdigest()
    _, answer = await download(client, "Y:/39/odfsrecord/20260101/y.wav")
    assert json.loads(answer)["resultCode"] == "0300011"


def test_a_call_without_a_file_keeps_its_made_sound(folder: Path) -> None:
    (folder / "sounds" / "y.wav").write_bytes(b"RIFF")
    assert set(loader.load(folder / "acme.yaml").recordings.files) == {"y"}


WRONG_FOLDERS = [
    "../sounds",
    "/etc",
    "C:/sounds",
    "C:sounds",
    "\\\\host\\share",
    "a/../../b",
    "a\\..\\b",
    "none",
    "a\0b",
]


@pytest.mark.parametrize("text", WRONG_FOLDERS)
def test_a_folder_that_leads_elsewhere_is_an_error_of_the_scenario(folder: Path, text: str) -> None:
    (folder / "acme.yaml").write_text(f"recordings: {{folder: {json.dumps(text)}}}\n{ACME}")
    with pytest.raises(ScenarioErrors, match=r"recordings\.folder"):
        loader.load(folder / "acme.yaml")


async def test_a_scenario_that_comes_along_names_no_folder(serve: ServeScenarios) -> None:
    from oifde_simulator.tenants.admin import TenantAdmin

    admin = TenantAdmin((await serve(acme=ACME)).tenants)
    for scenario in ({"recordings": {"folder": "sounds"}}, "recordings:\n  folder: sounds\n"):
        with pytest.raises(ScenarioErrors, match="only a scenario file may name a folder"):
            admin.scenario(scenario)


@given(st.lists(st.tuples(st.binary(max_size=20), st.booleans())), st.integers(1, 30))
def test_lazy_pieces_and_others_come_in_order(pieces: list[tuple[bytes, bool]], most: int) -> None:
    unsent = Unsent()
    for octets, lazy in pieces:
        unsent.append(Given(octets) if lazy else octets)
    assert unsent.in_memory == sum(len(octets) for octets, lazy in pieces if not lazy)
    slices = []
    while len(unsent):
        slices.append(unsent.take(most))
    assert b"".join(slices) == b"".join(octets for octets, _ in pieces)
    assert all(len(piece) == most for piece in slices[:-1])
    assert (unsent.lazy, unsent.in_memory) == (False, 0)


class Given(LazyOctets):
    """Lazy octets that are there."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    def __len__(self) -> int:
        return len(self.octets)

    def read(self, first: int, stop: int) -> bytes:
        return self.octets[first:stop]


async def test_a_defect_amid_a_recording_is_a_reset_on_record(
    serve: ServeScenarios, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slip(*_: object) -> bytes:
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr(Recording, "read", slip)
    client = await serve(acme=ACME)
    with pytest.raises(aiohttp.ClientError):
        await download(client)
    assert entries(client)[0].outcome.how == "reset"
    assert "a defect of the simulator: reset a connection amid a recording" in caplog.text


class Disk(Slices):
    """Slices as on a disk, which are read in threads alone."""

    @property
    def blocking(self) -> bool:
        return True


BYTES_CHANGED = {
    "one rule": "faults: [bom]",
    "an outcome": "one_of: [{faults: [trailing-garbage]}, {faults: [invalid-utf8]}]",
    "after a rule that may not": "faults: [{cut: '50%'}, bom]",
}


@pytest.mark.parametrize("outcome", BYTES_CHANGED.values(), ids=BYTES_CHANGED)
async def test_a_fault_that_changes_bytes_of_a_file_reads_it_off_the_loop_and_once(
    serve: ServeScenarios, outcome: str
) -> None:
    client = await serve(acme=f"{ACME}rules: [{{name: odd, {outcome}}}]\n")
    octets = Disk(3 << 20)
    await sounding(client, octets)
    for asked in (1, 2):
        await _received(client)
        assert threading.current_thread() not in octets.threads
        assert sum(octets.stretches) == asked * (3 << 20)
        assert max(octets.stretches) <= SLICE
    assert {entry.rule for entry in entries(client)} == {"odd"}


async def _received(client: VendorClient) -> bytes:
    with suppress(aiohttp.ClientError):
        return (await download(client))[1]
    return b""


@pytest.mark.parametrize("outcome", ["faults: [{cut: '50%'}]", "faults: [bom], times: 1", "token: expire"])
async def test_other_faults_read_no_more_of_a_file_than_they_send(
    serve: ServeScenarios, outcome: str
) -> None:
    client = await serve(acme=f"{ACME}rules: [{{name: odd, {outcome}}}]\n")
    octets = Disk(3 << 20)
    await sounding(client, octets)
    await _received(client)
    before = sum(octets.stretches)
    received = await _received(client)
    assert len(received) <= sum(octets.stretches) - before <= 3 << 20
    assert threading.current_thread() not in octets.threads


async def test_a_file_that_cannot_be_read_leaves_the_fault_out(serve: ServeScenarios) -> None:
    client = await serve(acme=f"{ACME}rules: [{{name: odd, faults: [bom]}}]\n")
    await sounding(client, Disk(2 << 20, failing=1 << 20))
    assert await _received(client) == b""
    (entry,) = entries(client)
    assert (entry.rule, entry.outcome.how) == ("", "reset")


async def test_a_file_over_the_bound_is_not_read_for_a_fault(serve: ServeScenarios) -> None:
    client = await serve(acme=f"{ACME}rules: [{{name: odd, faults: [bom, {{cut: 100}}]}}]\n")
    octets = Disk((64 << 20) + 1)
    await sounding(client, octets)
    await _received(client)
    assert sum(octets.stretches) == 100
    assert entries(client)[0].faults == ("cut",)
