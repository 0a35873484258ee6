"""What a recording sounds like: keys and speakers are read back from the bytes, as other programs would."""

from __future__ import annotations

import math
import shutil
import subprocess
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.population.recordings import alaw
from oifde_simulator.population.recordings.recording import HEADER, PIECE, Recording, recording
from oifde_simulator.population.recordings.sounds import COLUMNS, KEY_MS, KEYS, PAUSE_MS, ROWS

START = 1_618_558_941_000
CALL_ID = "1618558941482" + "0123456789abcdef01234567"


def record(seconds: float = 20.0, **fields: Any) -> dict[str, Any]:
    turns = [
        {
            "requsetTime": START + asked,
            "timestamp": START + asked + 3000,
            "userSaying": "a",
            "systemReply": "b",
        }
        for asked in (2000, 10_000)
    ]
    end = START + round(seconds * 1000)
    return {
        "startTime": START, "endTime": end, "callId": CALL_ID, "recordDetials": turns,
    } | fields  # fmt: skip


def octets(given: Mapping[str, Any], channels: Any = 1) -> bytes:
    return b"".join(recording(given, channels).pieces())


def sound(given: Mapping[str, Any], channels: Any = 1, channel: int = 0) -> list[float]:
    return alaw.decode(octets(given, channels)[HEADER.size :][channel::channels])


def power(samples: list[float], frequency: float) -> float:
    """Measure the power of a frequency by Goertzel's method, as decoders of keys do; 1.0 is a full sine."""
    factor = 2 * math.cos(2 * math.pi * frequency / alaw.RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return 4 * (before * before + last * last - factor * before * last) / len(samples) ** 2


def heard(samples: list[float]) -> str:
    """Read the keys at the start."""
    found = ""
    for place in range(8):
        first = place * (KEY_MS + PAUSE_MS) * 8
        key = samples[first : first + KEY_MS * 8]
        row, column = (
            max(range(4), key=lambda n: power(key, frequencies[n])) for frequencies in (ROWS, COLUMNS)
        )
        found += KEYS[row * 4 + column]
    return found


def test_the_keys_at_the_start_are_the_last_digits_of_the_call_id() -> None:
    assert heard(sound(record())) == "01234567"
    assert heard(sound(record(callId="f" * 29 + "89abcdef"))) == "89ABCD*#"
    assert heard(sound(record(), channels=2, channel=1)) == "01234567"


def loudest(samples: list[float], second: float) -> int:
    part = samples[round(second * 8000) : round((second + 0.5) * 8000)]
    return max((0, 400, 500), key=lambda frequency: power(part, frequency) if frequency else 0.001)


def test_user_and_system_are_heard_when_the_record_says_that_they_speak() -> None:
    samples = sound(record())
    assert [loudest(samples, at) for at in (1.2, 2.2, 4.4, 5.1, 9.4, 10.1, 13.1, 19.4)] == [
        0, 400, 400, 500, 500, 400, 500, 500,
    ]  # fmt: skip


def test_two_channels_part_the_speakers() -> None:
    user, system = (sound(record(), 2, channel) for channel in (0, 1))
    assert [loudest(user, at) for at in (3, 6, 11, 15)] == [400, 0, 400, 0]
    assert [loudest(system, at) for at in (3, 6, 11, 15)] == [0, 500, 0, 500]


def test_a_long_recording_is_made_in_constant_memory() -> None:
    turns = [
        {"requsetTime": START + at, "timestamp": START + at + 900, "userSaying": "a", "systemReply": "b"}
        for at in range(2000, 990_000, 2000)
    ]
    long = recording(record(1000, recordDetials=turns))
    silent = long.silenced()
    assert silent
    tracemalloc.start()
    try:
        made = [sum(len(piece) for piece in each.pieces()) for each in (long, silent)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made == [HEADER.size + 8_000_000] * 2
    assert most < 1 << 20


def test_a_silenced_recording_has_the_same_head_and_no_sound() -> None:
    for channels in (1, 2):
        loud = recording(record(), channels)  # type: ignore[arg-type]
        silent = loud.silenced()
        assert silent
        assert len(silent) == len(loud)
        assert silent[: HEADER.size] == loud[: HEADER.size]
        assert set(silent[HEADER.size :]) == {alaw.SILENCE[0]}
        assert silent.silenced() is None


def test_recordings_are_equal_if_their_sound_is() -> None:
    assert recording(record()) == recording(record())
    assert hash(recording(record())) == hash(recording(record()))
    assert recording(record()) != recording(record(), 2)
    assert recording(record()) != recording(record(21))
    assert recording(record()) != recording(record(callId="f" * 37))
    assert recording(record()) != b""


def test_who_says_nothing_is_not_heard() -> None:
    turns = [{"requsetTime": START + 2000, "timestamp": START + 5000, "userSaying": None, "systemReply": ""}]
    samples = sound(record(recordDetials=turns))
    assert [loudest(samples, at) for at in (2.5, 6)] == [0, 0]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("milliseconds", [0, 1, 999, 20_000])
def test_the_file_lasts_as_long_as_the_call(milliseconds: int, channels: Any) -> None:
    whole = octets(record(milliseconds / 1000), channels)
    (
        riff,
        size,
        wav,
        fmt,
        length,
        tag,
        tracks,
        rate,
        per_second,
        align,
        bits,
        more,
        fact,
        four,
        frames,
        data,
        count,
    ) = HEADER.unpack_from(whole)
    assert (riff, wav, fmt, fact, data) == (b"RIFF", b"WAVE", b"fmt ", b"fact", b"data")
    assert (length, tag, tracks, rate, per_second, align, bits, more) == (
        18,
        6,
        channels,
        8000,
        8000 * channels,
        channels,
        8,
        0,
    )
    assert (size, four, frames, count) == (len(whole) - 8, 4, milliseconds * 8, milliseconds * 8 * channels)
    assert len(whole) % 2 == 0


WRONG_TIMES: dict[str, dict[str, Any]] = {
    "no end": {"endTime": None},
    "an end before the start": {"endTime": START - 1},
    "no times at all": {"startTime": None, "endTime": None},
    "a text for a time": {"endTime": "20 s", "recordDetials": [{"requsetTime": "x", "timestamp": None}]},
    "not a number": {"endTime": math.nan, "startTime": math.inf},
    "details that are none": {"recordDetials": "none"},
    "turns outside the call": {"recordDetials": [{"requsetTime": START - 5000, "timestamp": START + 10**9}]},
    "turns backwards": {"recordDetials": [{"requsetTime": START + 9000, "timestamp": START + 7000}]},
    "a call of a century": {"endTime": START + 10**13},
    "no callId": {"callId": None},
    "a callId of another kind": {"callId": 17},
}


@pytest.mark.parametrize("fields", WRONG_TIMES.values(), ids=WRONG_TIMES)
def test_a_record_with_wrong_times_has_a_recording_too(fields: dict[str, Any]) -> None:
    made = recording(record(**fields))
    assert len(made) - HEADER.size <= 12 * 3600 * 8000
    first = next(made.pieces())
    assert first.startswith(b"RIFF")
    assert len(first) == min(PIECE, len(made))


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 3000), st.sampled_from([1, 2]))
def test_any_stretch_is_the_same_stretch_of_the_whole(
    first: int, length: int, ms: int, channels: Any
) -> None:
    made = recording(record(ms / 1000), channels)
    whole = b"".join(made.pieces())
    assert len(whole) == len(made)
    assert b"".join(made.pieces(first, first + length)) == whole[first : first + length]


def test_an_hour_is_made_in_small_pieces() -> None:
    made = recording(record(3600))
    assert max(map(len, made.pieces())) == PIECE
    assert sum(map(len, made.pieces())) == len(made) == HEADER.size + 3600 * 8000


def test_every_sample_has_the_code_of_the_standard() -> None:
    # G.711, table 1a: the values at the ends of the segments, and the one of silence.
    values = [
        0.0,
        63 / 4096,
        64 / 4096,
        127 / 4096,
        2047 / 4096,
        2048 / 4096,
        4095 / 4096,
        1.0,
        -1 / 4096,
        -1.0,
    ]
    assert alaw.encode(values).hex(" ") == "d5 ca f5 fa ba a5 aa aa 55 2a"
    assert alaw.encode(alaw.decode(bytes(range(256)))) == bytes(range(256))


def written(folder: Path, given: Recording) -> str:
    path = folder / "call.wav"
    path.write_bytes(b"".join(given.pieces()))
    return str(path)


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not shutil.which("soxi"), reason="sox is not installed")
def test_sox_reads_format_and_duration(tmp_path: Path) -> None:
    told = output("soxi", written(tmp_path, recording(record(), 2)))
    assert "8-bit A-law" in told
    assert "00:00:20.00 = 160000 samples" in told


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffmpeg is not installed")
def test_ffprobe_reads_format_and_duration(tmp_path: Path) -> None:
    names = "stream=codec_name,sample_rate,channels,duration"
    told = output(
        "ffprobe",
        "-v",
        "error",
        "-of",
        "csv=p=0",
        "-show_entries",
        names,
        written(tmp_path, recording(record())),
    )
    assert told.strip() == "pcm_alaw,8000,1,20.000000"


@pytest.mark.skipif(
    not (shutil.which("multimon-ng") and shutil.which("sox")), reason="multimon-ng is not installed"
)
def test_multimon_reads_the_keys(tmp_path: Path) -> None:
    raw = str(tmp_path / "call.raw")
    output("sox", written(tmp_path, recording(record())), "-r", "22050", "-e", "signed", "-b", "16", raw)
    told = output("multimon-ng", "-q", "-t", "raw", "-a", "DTMF", raw)
    assert (
        "".join(line.removeprefix("DTMF: ") for line in told.splitlines() if line.startswith("DTMF"))
        == "01234567"
    )
