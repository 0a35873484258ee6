"""Record from a simulator, serve the file, and ask both: equal answers, and no original in the file."""

from __future__ import annotations

import json
import re
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY
from oifde_simulator.cli import main
from oifde_simulator.recorder import history
from oifde_simulator.recorder.leak_scan import LeakScan
from oifde_simulator.recorder.output import Output
from oifde_simulator.recorder.pseudonyms.words import Words
from oifde_simulator.recorder.run import Recording
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import loader
from oifde_simulator.vendor_client import Reply, TenantSession
from serving import fetch, running

SECRET = "swordfish-1234"
CALL = "16185589414826353c2c0036c0292e43ca7a4"
LITERAL = {
    "callSorId": "18000000001", "calledNumber": "899149138753490944", "startTime": 1618558942000,
    "callId": CALL, "ctiCallId": "1618558941-836",
    "flowInstId": f"1234567892021041615422148{2}{CALL}",
    "callData": json.dumps({"card": "6225880137501234", "from": "18000000001"}),
    "businessInfoStr": json.dumps({"yugaoFileName": "null", "locationId": "255",
        "recordFileName": "Y:/135/odfsrecord/20210416/1618558942-18000000001.wav"}),
    "recordDetials": [{"userSaying": "Ring Alice at 18000000001", "systemReply": "您好，张三先生"}],
    "qaRecords": [{"interNo": "1", "seriesId": "100", "questionTitle": "Vaccinated lately?"}],
}  # fmt: skip
SCENARIO: dict[str, Any] = {
    "tenant": {"secret": SECRET},
    "clock": "2026-01-01T14:00:00Z",
    "sessions": {
        "generate": {"per_day": 0.3, "days": 20, "oddities": {"emoji": 1, "rtl": 0.5, "long_call": 0}},
        "users": {"18000000250": 13, "18055566677": 2, "18000000000": 0},
        "records": [LITERAL, {**LITERAL, "callSorId": "18000000009", "callId": "c2", "flowInstId": "f-c2"}],
    },
}
USERS = ("18000000001", "18000000250", "18000000000", "18055566677", "18000000009")
WORDS = ("Alice", "张三", "Vaccinated")


@dataclass
class Run:
    """One run of the command: its code, and what it said."""

    code: int
    out: str
    err: str


class Bench:
    """A target, and a folder in which it is recorded."""

    def __init__(self, target: Simulator, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.target, self.folder, self._capsys = target, folder, capsys
        self.output, self.key = folder / "copy.yaml", folder / "key"

    def record(self, *options: str, users: tuple[str, ...] = USERS) -> Run:
        self._capsys.readouterr()
        common = ("--target", self.target.data_url, "--tenant", "zenith", "-o", str(self.output))
        code = main(["record", *common, "--rate", "9999/s", "--users", *users, *options])
        said = self._capsys.readouterr()
        return Run(code, said.out, said.err)

    def progress(self) -> Path:
        return self.output.with_name("copy.yaml.progress")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    path = tmp_path_factory.mktemp("target") / "zenith.yaml"
    path.write_text(json.dumps(SCENARIO))
    with running(scenarios=(path,), no_bundled=True) as simulator:
        yield simulator


@pytest.fixture
def bench(
    target: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Bench:
    monkeypatch.setenv("OIFDE_APP_SECRET", SECRET)
    monkeypatch.setattr(history, "PAGE_SIZE", 5)
    return Bench(target, tmp_path, capsys)


def ask(url: str, tenant: str, secret: str, **fields: str) -> bytes:
    token = json.loads(fetch(url + GETTOKEN, json.dumps({"appKey": tenant, "appSecret": secret}).encode())[2])
    body = {"tenantId": tenant, "authToken": token["authToken"], **fields}
    return fetch(url + QUERY, json.dumps(body).encode())[2]


QUERIES = [
    *({"userMobile": user} for user in USERS),
    {"userMobile": "18000000250", "pageNum": "3", "pageSize": "5"},
    {"userMobile": "18000000001", "endTime": "2021-04-16 07:42:22"},
]  # fmt: skip


@pytest.mark.slow(seconds=1)
def test_without_pseudonyms_the_file_serves_the_same_bytes(bench: Bench, target: Simulator) -> None:
    bench.output = bench.folder / "zenith.yaml"
    done = bench.record("--no-pseudonyms")
    assert (done.code, bench.output.with_name("zenith.yaml.progress").exists()) == (0, False), done.err
    assert bench.output.stat().st_mode & 0o077 == 0
    with running(scenarios=(bench.output,), no_bundled=True) as copy:
        for fields in [*QUERIES, {"callId": CALL}]:
            original = ask(target.data_url, "zenith", SECRET, **fields)
            assert ask(copy.data_url, "zenith", "simulator", **fields) == original


SHARED = {
    "sessions": {
        "derive": False,
        "generate": False,
        "records": [
            {"userMobile": ["18000000001", "18000000009"], "startTime": 2000, "callId": "shared", "x": 1},
            {"userMobile": "18000000001", "startTime": 2000, "callId": "second", "x": 2},
            {"userMobile": "18000000001", "startTime": 3000, "callId": "third", "x": 3},
            {"userMobile": "18000000009", "startTime": 1000, "callId": "first", "x": 4},
        ],
    },
    "tenant": {"secret": SECRET},
}  # fmt: skip
TWO = ("18000000001", "18000000009")


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_record_of_two_numbers_and_the_order_of_the_service_are_kept(bench: Bench, order: str) -> None:
    source, bench.output = bench.folder / "source" / "zenith.yaml", bench.folder / "zenith.yaml"
    source.parent.mkdir()
    source.write_text(json.dumps({**SHARED, "settings": {"order": order}}))
    with running(scenarios=(source,), no_bundled=True) as bench.target:
        assert bench.record("--no-pseudonyms", users=TWO).code == 0
        with running(scenarios=(bench.output,), no_bundled=True) as copy:
            for fields in [*({"userMobile": user} for user in TWO), {"callId": "shared"},
                           {"callId": "shared", "userMobile": TWO[1]}]:  # fmt: skip
                original = ask(bench.target.data_url, "zenith", SECRET, **fields)
                assert ask(copy.data_url, "zenith", "simulator", **fields) == original
                assert json.loads(original)["total"] == len(json.loads(original)["recordList"]) > 0


def test_a_record_of_very_many_numbers_is_written_for_each_of_them(tmp_path: Path) -> None:
    users = [str(18_000_000_000 + number) for number in range(1001)]
    recording = Recording(
        users, {user: [{"userMobile": user, "callId": "shared", "startTime": 2000}] for user in users}
    )
    output = Output(tmp_path / "acme.yaml", private=False, real_secret=SECRET)
    assert output.write(recording.all_records(), "Some", LeakScan(), set()) == 0
    found = [record["userMobile"] for record in loader.load(output.path).records]
    assert [*found[0], *found[1:]] == users


def test_recordings_that_were_fetched_are_served_byte_for_byte(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, sounds = bench.folder / "source" / "zenith.yaml", bench.folder / "sounds"
    source.parent.mkdir()
    source.write_text(json.dumps({**SCENARIO, "sessions": {"records": TWO_CALLS}}))
    monkeypatch.setenv("OIFDE_AUTHORIZATION", "auth-v2/zenith/-/-/-")
    with running(scenarios=(source,), no_bundled=True) as bench.target:
        done = bench.record("--key-file", str(bench.key), "--recordings", str(sounds), users=TWO)
        assert done.code == 0, done.err
        assert len(list(sounds.rglob("*.wav"))) == 2
        with running(scenarios=(bench.output,), no_bundled=True) as copy:
            originals = sorted(_sounds(bench.target.data_url, "zenith", loader.load(source).records))
            assert sorted(_sounds(copy.data_url, "copy", loader.load(bench.output).records)) == originals
    assert len(set(originals)) == 2


TWO_CALLS = [
    {"callSorId": user, "calledNumber": "9", "startTime": 1618558942000, "endTime": 1618558942000 + seconds,
     "callId": f"c{user}", "businessInfoStr": json.dumps({"recordFileName":
        f"Y:/record/135/odfsrecord/20210416/1618558942-{user}.wav", "locationId": "0"})}
    for user, seconds in (("18000000001", 2000), ("18000000009", 3000))
]  # fmt: skip


def _sounds(url: str, key: str, records: Any) -> list[bytes]:
    """Download the recordings of records."""
    found = []
    for record in records:
        name = json.loads(record["businessInfoStr"])["recordFileName"]
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": name}}
        request = urllib.request.Request(
            f"{url}/CCFS/resource/ccfs/downloadOiapRecord", json.dumps(body).encode(),
            {"Authorization": f"auth-v2/{key}/-/-/-", "Content-Type": "application/json; charset=UTF-8"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as answer:
            found.append(answer.read())
        assert found[-1][:4] == b"RIFF", found[-1][:200]
    return found


@pytest.mark.slow(seconds=1)
def test_under_pseudonyms_it_serves_equal_answers(bench: Bench, target: Simulator) -> None:
    assert bench.record("--key-file", str(bench.key)).code == 0
    scenario = loader.load(bench.output)
    users = list(dict.fromkeys(record["userMobile"] for record in scenario.records))
    originals = [user for user in USERS if user != "18000000000"]
    names = dict(zip(originals, users, strict=True))
    with running(scenarios=(bench.output,), no_bundled=True) as copy:
        for fields in QUERIES:
            if fields["userMobile"] not in names:
                continue
            asked = {**fields, "userMobile": names[fields["userMobile"]]}
            original = json.loads(ask(target.data_url, "zenith", SECRET, **fields))
            answer = json.loads(ask(copy.data_url, "copy", "simulator", **asked))
            assert answer["total"] == original["total"]
            compared = zip(original["recordList"], answer["recordList"], strict=True)
            assert all(list(map(shape, pair)) == [shape(pair[0])] * 2 for pair in compared)


def shape(value: Any) -> Any:
    """Reduce a record to what pseudonyms keep: members, kinds, times, codes, and lengths of IDs."""
    if isinstance(value, dict):
        return {name: kept(name, each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


def kept(name: str, value: Any) -> Any:
    if name in ("callId", "ctiCallId", "flowInstId", "logId", "callSorId", "calledNumber"):
        return value and re.sub("[a-z0-9]", "x", value)
    return value if isinstance(value, int) or name in ("interNo", "dialogType") else shape(value)


@pytest.mark.slow(seconds=1)
def test_no_original_is_left_and_values_join(bench: Bench) -> None:
    assert bench.record().code == 0
    text = bench.output.read_text()
    lost = (*USERS, CALL, SECRET, "zenith", "6225880137501234", *WORDS, "Ring", "18000000001")
    assert [each for each in lost if each in text] == []
    first, second = [each for each in loader.load(bench.output).records if each.get("callData")]
    number = first["userMobile"]
    assert number == first["callSorId"] == first["callingNumber"]
    assert (len(number), number[0]) == (11, "1")
    assert number in json.loads(first["callData"]).values()
    assert first["callData"] == second["callData"]  # a number has one pseudonym, whoever calls
    assert first["flowInstId"].endswith(first["callId"])
    assert first["callId"].startswith("1618558941482")
    assert number in json.loads(first["businessInfoStr"])["recordFileName"]
    assert first["tenantId"] == "copy"


def test_words_that_are_kept_lose_their_numbers_only(bench: Bench) -> None:
    assert bench.record("--keep-words", users=USERS[:1]).code == 0
    text = bench.output.read_text()
    number = loader.load(bench.output).records[0]["userMobile"]
    assert f"Ring Alice at {number}" in text
    assert USERS[0] not in text


def test_all_times_move_together(bench: Bench) -> None:
    assert bench.record("--shift=-3d", users=USERS[:1]).code == 0
    (record,) = [each for each in loader.load(bench.output).records if each.get("callData")]
    moved = 1618558942000 - 3 * 86_400_000
    assert (record["startTime"], record["callId"][:13]) == (moved, str(moved - 518))
    assert record["flowInstId"][9:26] == "20210413154221482"
    assert record["ctiCallId"][:10] == str(moved // 1000 - 1)
    assert "/20210413/1618299742-" in record["businessInfoStr"]


@pytest.mark.slow
def test_a_run_that_is_broken_off_is_resumed_as_if_it_had_not_been(bench: Bench) -> None:
    assert bench.record("--key-file", str(bench.key)).code == 0
    whole = bench.output.read_text()
    bench.output.unlink()
    broken = bench.record("--key-file", str(bench.key), "--max-requests", "4")
    assert broken.code == 2
    assert "--max-requests allows no more; 4 of 5 users are not whole; the same command goes on" in broken.err
    assert "user 2: 5 of 13 records came" in broken.err
    assert "users 3 to 5: nothing came" in broken.err
    part = loader.load(bench.output)
    assert "1 are whole" in part.description
    assert bench.progress().stat().st_mode & 0o077 == 0
    assert not any(each in bench.progress().read_text() for each in (*USERS, SECRET, *WORDS, CALL))
    assert bench.record("--key-file", str(bench.key)).code == 0
    assert bench.output.read_text() == whole
    assert not bench.progress().exists()


@pytest.mark.slow(seconds=1)
def test_a_line_of_progress_that_was_cut_off_is_made_anew(bench: Bench) -> None:
    assert bench.record("--max-requests", "5").code == 2
    with bench.progress().open("ab") as file:
        file.write(b'{"kind": "user", "user": "ab')
    assert bench.record().code == 0
    assert len(loader.load(bench.output).records) > 13


def test_less_never_replaces_more(bench: Bench) -> None:
    assert bench.record("--max-requests", "3").code == 2
    more = bench.output.read_text()
    assert bench.record("--max-requests", "1").code == 2
    assert bench.output.read_text() == more


def test_a_file_that_is_there_is_replaced_only_by_force(bench: Bench) -> None:
    bench.output.write_text("description: mine\n")
    refused = bench.record()
    assert (refused.code, bench.output.read_text()) == (2, "description: mine\n")
    assert "is there already and is not replaced; choose another name, or give --force" in refused.err
    assert bench.record("--force", users=USERS[:1]).code == 0
    assert "18000000001" not in bench.output.read_text()


def test_a_file_that_was_edited_after_a_part_is_not_replaced(bench: Bench) -> None:
    assert bench.record("--max-requests", "3").code == 2
    bench.output.write_text(bench.output.read_text() + "# mine\n")
    assert "is not replaced" in bench.record().err
    assert bench.output.read_text().endswith("# mine\n")


def test_other_options_do_not_go_on_with_a_recording(bench: Bench) -> None:
    assert bench.record("--max-requests", "3").code == 2
    assert "belongs to a recording with other options" in bench.record("--keep-words").err


def test_a_target_that_is_gone_leaves_no_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.target, "data_url", "http://127.0.0.1:1")
    done = bench.record()
    assert (done.code, bench.output.exists(), bench.progress().exists()) == (2, False, False)
    assert "refuses the connection" in done.err
    assert done.err.endswith("; nothing is recorded\n")
    assert "missing:" not in done.err


def test_a_run_that_gets_nothing_keeps_the_progress_of_the_one_before(bench: Bench) -> None:
    assert bench.record("--max-requests", "3").code == 2
    done = bench.record("--max-requests", "1")
    assert (done.code, bench.output.exists(), bench.progress().exists()) == (2, True, True)
    assert "the same command goes on from here" in done.err


def test_users_that_are_refused_are_named_and_leave_no_progress(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Reply(200, (), json.dumps({"errorCode": 10000002, "errorMsg": "no"}).encode())

    async def refused(session: TenantSession, path: str, fields: Any) -> Reply:
        return refusal

    monkeypatch.setattr(TenantSession, "post", refused)
    done = bench.record(users=TWO)
    assert (done.code, bench.progress().exists()) == (2, False)
    assert [line[:15] for line in done.err.splitlines() if "missing" in line] == [
        "missing: user 1",
        "missing: user 2",
    ]
    assert done.err.endswith("2 of 2 users are not whole; nothing is recorded\n")


def test_a_wrong_secret_is_told_without_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_APP_SECRET", "wrong-secret")
    done = bench.record()
    assert (done.code, bench.output.exists()) == (2, False)
    assert "gives no token: HTTP status 200, code 200800002" in done.err
    assert "wrong-secret" not in done.err


def test_numbers_come_from_files_and_the_command_line(bench: Bench) -> None:
    listed = bench.folder / "users.txt"
    listed.write_text("# mine\n18000000001  # Alice\n\n18000000001\n")
    done = bench.record(users=(str(listed), "18000000009"))
    assert done.code == 0
    assert "2 of 2 users" in done.err
    assert "there is no such file" in bench.record("--force", users=("users.csv",)).err


def test_ctrl_c_keeps_what_there_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = count()
    post = TenantSession.post

    async def interrupted(session: TenantSession, path: str, fields: Any) -> Reply:
        if next(asked) == 2:
            signal.raise_signal(signal.SIGINT)
        return await post(session, path, fields)

    monkeypatch.setattr(TenantSession, "post", interrupted)
    done = bench.record()
    assert done.code == 2
    assert "interrupted; 4 of 5 users are not whole; the same command goes on from here" in done.err
    assert loader.load(bench.output).records


def test_recordings_are_fetched_only_with_an_authorization(bench: Bench) -> None:
    done = bench.record("--recordings", str(bench.folder / "sounds"))
    assert (done.code, bench.output.exists()) == (2, False)
    assert "expected the Authorization header of downloads in OIFDE_AUTHORIZATION" in done.err
    assert "auth-v2/ACCESS_KEY/TIME/HEADERS/SIGNATURE, or auth-v2/TENANT/-/-/- at a simulator" in done.err


def test_recordings_that_do_not_come_are_missing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The target has no downloads, or refuses this Authorization: either way all else is recorded."""
    monkeypatch.setenv("OIFDE_AUTHORIZATION", "auth-v2/none")
    done = bench.record("--recordings", str(bench.folder / "sounds"), users=USERS[:1])
    assert done.code == 2
    assert loader.load(bench.output).records
    assert [path for path in (bench.folder / "sounds").rglob("*") if path.is_file()] == []


def test_a_leak_is_never_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Words, "replace", lambda _, text: text)
    done = bench.record()
    assert (done.code, bench.output.exists()) == (2, False)
    assert "words of the original is left at [0].recordDetials[0].userSaying" in done.err
    assert "Alice" not in done.err + bench.progress().read_text()


def test_a_secret_in_a_record_is_never_written(bench: Bench) -> None:
    scan = LeakScan()
    scan.add([("odfsrecord", "the appSecret")])
    output = Output(bench.output, private=False, real_secret="odfsrecord")
    with pytest.raises(ValueError, match=r"the appSecret .* is left at sessions\.records\[0\]\.x"):
        output.write([{"userMobile": "1", "x": "Y:/odfsrecord/"}], "d.", scan, set())
    assert not bench.output.exists()


def test_a_record_that_no_scenario_can_have_is_left_out_and_told(tmp_path: Path) -> None:
    output = Output(tmp_path / "a.yaml", private=False, real_secret="x")
    records = [{"userMobile": "1", "x": 1 << 70}, {"userMobile": "2"}]
    assert output.write(records, "d.", LeakScan(), set()) == 1
    assert [record["userMobile"] for record in loader.load(output.path).records] == ["2"]


def test_a_key_file_is_drawn_once_and_must_be_long_enough(bench: Bench) -> None:
    assert bench.record("--key-file", str(bench.key), users=USERS[:1]).code == 0
    assert bench.key.stat().st_mode & 0o077 == 0
    bench.key.write_text("short")
    assert "expected 16 to 4096 bytes" in bench.record("--force", "--key-file", str(bench.key)).err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--shift", "3x"), "expected a span of whole seconds such as 3d, -12h or 90s"),
        (("--begin", "2026-01-01"), 'expected a time such as "2026-01-31 08:00:00"'),
        (("--rate", "0/s"), "expected a rate such as 1/s"),
        (("--secret", "x"), "unrecognized arguments: --secret"),
    ],
    ids=["shift", "begin", "rate", "secret"],
)
def test_a_wrong_option_is_told(bench: Bench, options: tuple[str, str], words: str) -> None:
    with pytest.raises(SystemExit) as caught:
        bench.record(*options)
    assert caught.value.code == 2
    assert words in bench._capsys.readouterr().err
