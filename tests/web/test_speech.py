"""Words in the place of tones: spoken where they are sent, and only there."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from array import array
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from conftest import ServeScenarios, VendorClient
from oifde_simulator.engine import explain
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.population.recordings import alaw
from oifde_simulator.population.recordings.recording import HEADER, MOST_SAYINGS, recording
from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.web.data_plane.delivery import SLICE
from oifde_simulator.web.data_plane.unsent import Unsent
from oifde_simulator.web.speech import espeak, resampling, speaker
from oifde_simulator.web.speech.espeak import Pcm
from oifde_simulator.web.speech.resampling import telephone
from oifde_simulator.web.speech.speaker import Speaker, Spoken
from oifde_simulator.wire.octets import stretch
from oifde_simulator.wire.spoken import Saying, read_spoken, sayings
from playing import DOWNLOAD
from speaking_programs import PROGRAMS, install
from wav_sound import LINEAR, WavSound, keys_of

START = 1_767_225_600_000
CALL_ID = "1618558941482" + "0" * 16 + "12345678"
FILE = "Y:/39/odfsrecord/20260101/x.wav"
TURNS = [
    (3000, 8000, "我的话费余额是多少", "您的话费余额是一百二十元"),
    (14_000, 20_000, "Thank you", "Goodbye"),
]
SIGNED = {"Authorization": "auth-v2/acme/a/b/c"}
WITHOUT = pytest.mark.skipif(espeak.find_program() is None, reason="without espeak-ng")


async def download(client: VendorClient) -> tuple[int, bytes]:
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}
    async with client.client.post(DOWNLOAD, json=body, headers=SIGNED) as response:
        return response.status, await response.read()


def call(turns: Any = TURNS, seconds: int = 100, **more: Any) -> dict[str, Any]:
    details = [
        {"requsetTime": START + asked, "timestamp": START + told, "userSaying": words, "systemReply": reply}
        for asked, told, words, reply in turns
    ]
    return {
        "callSorId": "18000000001", "calledNumber": "955500001", "callId": CALL_ID, "startTime": START,
        "endTime": START + seconds * 1000, "recordDetials": details,
        "businessInfoStr": json.dumps({"recordFileName": FILE}),
    } | more  # fmt: skip


def scenario(recordings: str = "{speech: true}", rules: str = "", record: Any = None) -> str:
    sessions = f"sessions: {{records: [{json.dumps(record or call())}]}}\n"
    return f'clock: "2026-01-02T00:00:00Z"\nrecordings: {recordings}\n{sessions}{rules}'


def said(octets: bytes, second: float, channel: int = 0, channels: int = 1) -> set[int]:
    """List the samples of a tenth of a second."""
    first = HEADER.size + round(second * 8000) * channels + channel
    return {LINEAR[octet] for octet in octets[first : first + 800 * channels : channels]}


SPEECH = {LINEAR[alaw.encode([9000 / 32768])[0]]}
"""The sample that `says a second` repeats."""
NOTHING = {LINEAR[alaw.SILENCE[0]]}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Install a program by its name, alone on the path; it writes what it is given into the file."""

    def installed(name: str) -> Path:
        (tmp_path / "bin").mkdir(exist_ok=True)
        monkeypatch.setenv("PATH", install(tmp_path / "bin", name, tmp_path / "given"))
        return tmp_path / "given"

    return installed


async def test_words_are_heard_from_their_times_on_for_as_long_as_they_last(
    serve: ServeScenarios, program: Callable[[str], Path]
) -> None:
    given = program("says a second")
    client = await serve(acme=scenario())
    _, octets = await download(client)
    tones = recording(call())[:]
    assert len(octets) == len(tones)
    assert WavSound(octets).digits() == keys_of(CALL_ID)
    assert octets[: HEADER.size + 8000] == tones[: HEADER.size + 8000]
    for at in (3.1, 8.1, 14.1, 20.1):
        assert said(octets, at) == SPEECH
        assert said(octets, at + 1.2) == NOTHING
    assert sorted(given.read_text().splitlines()) == sorted(
        repr((["-v", voice, "-b", "1", "--stdin", "--stdout"], words.encode()))
        for (_, _, *pair) in TURNS
        for voice, words in zip(
            ("cmn+m3", "cmn+f2") if pair[0] != "Thank you" else ("en-us+m3", "en-us+f2"), pair, strict=True
        )
    )


async def test_the_same_bytes_come_each_time_and_the_journal_has_their_digest(
    serve: ServeScenarios, program: Callable[[str], Path]
) -> None:
    given = program("says a second")
    client = await serve(acme=scenario())
    (_, first), (_, second) = await download(client), await download(client)
    assert first == second
    assert len(given.read_text().splitlines()) == 4, "a text was spoken again"
    for entry in immediate(Journal(client.tenants.state).entries(None, Since())):
        assert entry.brief()["outcome"]["digest"] == sha256(first).hexdigest()
        assert entry.brief()["honest"]["milliseconds"] == 100_000


async def test_two_channels_part_the_speakers(serve: ServeScenarios, program: Callable[[str], Path]) -> None:
    program("says a second")
    client = await serve(acme=scenario("{speech: true, channels: 2}"))
    _, octets = await download(client)
    assert len(octets) == len(recording(call(), 2))
    assert [said(octets, 3.1, channel, 2) for channel in (0, 1)] == [SPEECH, NOTHING]
    assert [said(octets, 8.1, channel, 2) for channel in (0, 1)] == [NOTHING, SPEECH]


async def test_a_recording_that_is_cut_is_spoken_up_to_there(
    serve: ServeScenarios, program: Callable[[str], Path]
) -> None:
    program("says a second")
    rules = (
        "rules: [{name: cut, match: {endpoint: downloadOiapRecord}, faults: [{reset-mid-body: 150000}]}]\n"
    )
    client = await serve(acme=scenario(rules=rules))
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}
    async with client.client.post(DOWNLOAD, json=body, headers=SIGNED) as response:
        assert said(await response.content.readexactly(100_000), 3.1) == SPEECH


SPEAKING = {"says a second", "says nothing", "has nothing to say", "never ends", "is gone at once"}
TONES = sorted(PROGRAMS.keys() - SPEAKING)
LOOPS = {"asyncio": None, "uvloop": loop_factory()}


@pytest.mark.parametrize("name", TONES)
async def test_what_cannot_be_spoken_is_a_tone(
    name: str, serve: ServeScenarios, program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = program(name)
    if name.startswith("hangs"):
        monkeypatch.setattr(espeak, "DEADLINE", 0.5)
    client = await serve(acme=scenario())
    _, octets = await download(client)
    assert octets == recording(call())[:]
    assert len(given.read_text().splitlines()) == 1, "asked again after it had failed"


async def test_without_the_program_there_are_tones_and_one_line_says_why(
    serve: ServeScenarios, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    client = await serve(acme=scenario())
    for _ in range(2):
        assert (await download(client))[1] == recording(call())[:]
    told = [line.message for line in caplog.records if "tones" in line.message]
    assert len(told) == 1
    assert "apt install espeak-ng" in told[0]


@pytest.mark.parametrize("name", ["says nothing", "has nothing to say"])
async def test_a_text_without_a_word_is_silence(
    name: str, serve: ServeScenarios, program: Callable[[str], Path]
) -> None:
    program(name)
    client = await serve(acme=scenario())
    _, octets = await download(client)
    assert said(octets, 3.1) == said(octets, 8.1) == NOTHING


@pytest.mark.parametrize("loop", [name for name in LOOPS if LOOPS[name] or name == "asyncio"])
@pytest.mark.parametrize("name", ["is gone at once", "fails", "says a second", "hangs", "never ends"])
def test_either_event_loop_runs_a_program_and_leaves_none_behind(
    loop: str, name: str, program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program(name)
    if name.startswith("hangs"):
        monkeypatch.setattr(espeak, "DEADLINE", 0.2)
    start, started = asyncio.create_subprocess_exec, []

    async def noted(*arguments: Any, **options: Any) -> Any:
        started.append(await start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        clips = [runner.run(Speaker().say(Saying("en", "word " * 40_000, 8000))) for _ in range(2)]
    assert {clip is not None for clip in clips} == {name in SPEAKING - {"is gone at once"}}
    assert started
    assert all(process.returncode is not None for process in started)


async def test_no_more_is_read_than_is_needed(program: Callable[[str], Path]) -> None:
    program("never ends")
    found = espeak.find_program()
    assert found
    pcm = await espeak.speak(found, Saying("en-us", "a", 800))
    assert len(pcm.octets) <= 2 * 800 * espeak.FASTEST // 8000 + espeak.HEAD
    assert len(telephone(pcm.octets, pcm.rate, 800)) == 800


async def test_a_text_is_spoken_once_and_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, spoken = 0, 0, []

    async def speak(_program: str, saying: Saying) -> Pcm:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        spoken.append(saying.text)
        await asyncio.sleep(0)
        running -= 1
        return Pcm(bytes(20), 8000)

    async def here(work: Callable[..., object], *given: object) -> object:
        return work(*given)

    monkeypatch.setattr(espeak, "speak", speak)
    monkeypatch.setattr(espeak, "find_program", lambda: "espeak-ng")
    monkeypatch.setattr(speaker, "aside", here)  # a thread may be so late that its text is spoken twice
    studio = Speaker()
    texts = [str(number % 10) for number in range(40)]
    clips = await asyncio.gather(*(studio.say(Saying("en", text, 80)) for text in texts))
    assert set(clips) == {alaw.SILENCE * 10}
    assert most <= speaker.AT_ONCE
    assert sorted(spoken) == sorted(set(texts))


async def test_a_turn_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "PATIENCE", 0.05)
    monkeypatch.setattr(espeak, "find_program", lambda: "espeak-ng")
    held = asyncio.Event()

    async def speak(_program: str, _saying: Saying) -> Pcm:
        await held.wait()
        return Pcm(b"", 8000)

    monkeypatch.setattr(espeak, "speak", speak)
    studio = Speaker()
    texts = [Saying("en", str(number), 80) for number in range(6)]
    assert await asyncio.gather(*map(studio.say, texts)) == [None] * 6
    held.set()
    assert await studio.say(texts[0]) == b""


async def test_clients_that_leave_start_no_more_work_than_there_are_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, may_end = threading.Semaphore(0), threading.Event()
    texts: list[bytes] = []

    async def speak(_program: str, saying: Saying) -> Pcm:
        return Pcm(saying.text.encode(), 8000)

    def telephone(octets: bytes, _rate: int, _samples: int) -> bytes:
        texts.append(octets)
        begun.release()
        may_end.wait(60)
        return octets

    monkeypatch.setattr(espeak, "speak", speak)
    monkeypatch.setattr(espeak, "find_program", lambda: "espeak-ng")
    monkeypatch.setattr(resampling, "telephone", telephone)
    studio = Speaker()
    for text in map(str, range(speaker.AT_ONCE)):
        left = asyncio.create_task(studio.say(Saying("en", text, 80)))
        await asyncio.to_thread(begun.acquire)
        left.cancel()
        await asyncio.wait([left])
    next_one = asyncio.create_task(studio.say(Saying("en", "next", 80)))
    for _ in range(9):
        await asyncio.sleep(0)
    assert studio._turns.locked()
    may_end.set()
    assert await next_one == b"next"
    assert texts == [b"0", b"1", b"next"]


async def test_no_word_is_taken_for_phonemes(program: Callable[[str], Path]) -> None:
    given = program("says a second")
    found = espeak.find_program()
    assert found
    await espeak.speak(found, Saying("en-us", "-v [[[h@'loU]]", 800))
    assert repr(b"-v [ [ [h@'loU]]") in given.read_text()


async def test_an_answer_keeps_the_clips_of_one_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def say(_self: Speaker, saying: Saying) -> bytes:
        return bytes(saying.samples)

    monkeypatch.setattr(Speaker, "say", say)
    turns = [
        (second * 2000 + 2000, second * 2000 + 3000, f"a{second}", f"b{second}") for second in range(2000)
    ]
    unsent, spoken = Unsent(), Spoken(Speaker())
    unsent.append(recording(call(turns, 4002), speech=True))
    while len(unsent):
        await spoken.prepare(unsent.sayings(SLICE))
        unsent.take(SLICE, spoken.clips)
        assert sum(len(clip or b"") for clip in spoken.clips.values()) <= SLICE + 2 * 8000
        assert len(spoken.clips) <= MOST_SAYINGS


@pytest.mark.slow(seconds=1)
def test_very_many_words_in_a_slice_are_not_all_spoken() -> None:
    turns = [(place * 2 + 2000, place * 2 + 2001, f"a{place}", f"b{place}") for place in range(15_000)]
    found = recording(call(turns), speech=True).sayings(0, SLICE)
    assert len(found) == MOST_SAYINGS
    long = recording(call([(2000, 90_000, "x" * 10**6, "y")]), speech=True).sayings(0, 10**6)
    assert [(len(each.text), each.samples) for each in long] == [(1000, 60 * 8000), (1, 10 * 8000)]


def test_words_that_the_keys_cover_go_on_behind_them() -> None:
    spoken = recording(call([(0, 5000, "a b", None)]), speech=True)
    (saying,) = spoken.sayings(0, len(spoken))
    assert saying == ("en-us+m3", "a b", 40_000)
    octets = spoken.read_spoken(0, 20_000, {saying: bytes(range(256)) * 100})
    end = HEADER.size + 8 * 960
    assert octets[:end] == recording(call())[:end]
    assert octets[end] == 8 * 960 % 256


@pytest.mark.parametrize("cut", [(0, 58), (57, 61), (30_000, 31_001), (90_001, 300_000), (799_999, 800_058)])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_stretch_is_read_as_a_part_of_the_whole(cut: tuple[int, int], channels: Any) -> None:
    spoken = recording(call(), channels, speech=True)
    clips = {saying: bytes(range(256)) * 50 for saying in spoken.sayings(0, len(spoken))}
    whole = spoken.read_spoken(0, len(spoken), clips)
    part = stretch(spoken, *cut)
    assert {*sayings(part, 0, len(part))} <= clips.keys()
    assert read_spoken(part, 0, len(part), clips) == whole[slice(*cut)]
    assert read_spoken(part, 1, 2, clips) == whole[cut[0] + 1 : cut[0] + 2]


VOICES = {
    "你好": "cmn", "こんにちは、世界": "ja", "안녕": "ko", "Привет": "ru", "Hello 12": "en-us", "12": "en-us",
}  # fmt: skip


@pytest.mark.parametrize("text", VOICES)
def test_the_letters_choose_the_language_unless_the_scenario_does(text: str) -> None:
    (told,) = recording(call([(2000, 5000, text, None)]), speech=True).sayings(0, 10**6)
    assert told.voice == f"{VOICES[text]}+m3"
    (fixed,) = recording(call([(2000, 5000, None, text)]), speech="fr").sayings(0, 10**6)
    assert fixed.voice == "fr+f2"


def test_nothing_is_spoken_where_it_is_not_asked_for() -> None:
    assert not recording(call()).sayings(0, 10**6)
    odd = [(2000, 5000, ["a"], {"b": 1}), (6000, 7000, " \n", 5)]
    assert not recording(call(odd), speech=True).sayings(0, 10**6)


def test_whoever_decides_about_an_answer_reads_tones() -> None:
    spoken = recording(call(), speech=True)
    assert spoken[:] == recording(call())[:]
    assert not spoken.blocking


def test_explain_gives_no_digest_of_what_is_still_to_be_spoken() -> None:
    assert explain._octets_json(recording(call(), speech=True)) == {"bytes": 800_058, "speech": True}
    assert "sha256" in explain._octets_json(recording(call()))


@pytest.mark.parametrize("wrong", ["5", "FR", "-x", "zz zz", "''", "[fr]"])
def test_a_language_of_another_form_is_a_mistake(wrong: str) -> None:
    with pytest.raises(ScenarioErrors, match="speech"):
        loader.loads(f"recordings: {{speech: {wrong}}}\n".encode(), "acme.yaml", "acme")


# The sound


def sine(frequency: float, rate: int, seconds: float = 0.5) -> bytes:
    turn = 2 * math.pi * frequency / rate
    return array(
        "h", (round(16_000 * math.sin(turn * place)) for place in range(round(rate * seconds)))
    ).tobytes()


def loudness(octets: bytes) -> float:
    samples = [LINEAR[octet] for octet in octets[800:-800]]
    return float(max(samples) - min(samples)) / 2


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 11_025])
def test_speech_of_any_rate_lasts_as_long_at_8_khz(rate: int) -> None:
    octets = telephone(sine(1000, rate), rate, 10**6)
    assert abs(len(octets) - 4000) <= 1
    assert loudness(octets) == pytest.approx(16_000, rel=0.08)


def test_what_a_telephone_line_has_not_is_taken_away() -> None:
    assert loudness(telephone(sine(7000, 22_050), 22_050, 10**6)) < 300


def test_loud_and_quiet_samples_are_encoded_as_g_711_says() -> None:
    values = [0, 8, -8, 1000, -1000, 32767, -32768]
    octets = telephone(b"".join(value.to_bytes(2, "little", signed=True) for value in values), 8000, 100)
    assert octets == alaw.encode([value / 32768 for value in values])


@WITHOUT
async def test_an_installed_program_speaks_and_does_so_again(serve: ServeScenarios) -> None:
    client = await serve(acme=scenario(), other=scenario())
    _, octets = await download(client)
    sound = WavSound(octets)
    assert (sound.milliseconds, sound.digits()) == (100_000, keys_of(CALL_ID))
    tones = recording(call())[:]
    for begin, end in ((3, 8), (8, 14), (14, 20), (20, 100)):
        part = slice(HEADER.size + begin * 8000, HEADER.size + end * 8000)
        assert octets[part] != tones[part]
        assert octets[part].strip(alaw.SILENCE), "silence"
    assert set(octets[HEADER.size + 90 * 8000 :]) == {alaw.SILENCE[0]}


@WITHOUT
async def test_two_speakers_say_the_same_bytes() -> None:
    saying = Saying("cmn+m3", "您好", 16_000)
    first, second = [await Speaker().say(saying) for _ in range(2)]
    assert first == second
    assert first
