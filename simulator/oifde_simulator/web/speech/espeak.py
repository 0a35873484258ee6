"""Run espeak-ng for one text: in a process of its own, with a deadline and a bound of its output.

Rule: words go in by standard input, so that none of them is ever taken for an option.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import NamedTuple

from oifde_simulator.wire.spoken import Saying

NAMES = ("espeak-ng", "espeak-ng.exe")
DEADLINE = 5.0
"""Seconds that a text may take."""
FASTEST = 48_000
"""Greatest rate of its output in samples a second; it has 22,050."""
PASSED_ON = ("PATH", "ESPEAK_DATA_PATH", "SYSTEMROOT")
"""Variables of the environment that the process gets."""
HEAD = 4096
"""Bytes in which the head of a WAV file lies."""
FORM = struct.Struct("<HHI6xH")
"""Form, channels, rate and bits of a sample, as a WAV file has them."""
FORM_AT = 20
PHONEMES = "[["
"""Sign after which espeak-ng reads names of sounds, and no words."""


class SpeechError(Exception):
    """Raised where a text could not be spoken; the message says why."""


class Pcm(NamedTuple):
    """Samples of 16 bits, little-endian, on one channel."""

    octets: bytes
    rate: int
    """Samples a second."""


SILENT = Pcm(b"", 8000)
"""Sound of a text without a word, for which espeak-ng writes nothing and succeeds."""


def find_program() -> str | None:
    """Find espeak-ng on the path; None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


async def speak(program: str, saying: Saying) -> Pcm:
    """Have a text spoken. Raises SpeechError, also where it takes longer than `DEADLINE`."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, "-v", saying.voice, "-b", "1", "--stdin", "--stdout",
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(), start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise SpeechError(f"{program} cannot be run: {error}") from None
    try:
        async with asyncio.timeout(DEADLINE):
            octets = await _converse(process, saying)
    except TimeoutError:
        raise SpeechError(f"{program} took longer than {DEADLINE:.0f} s") from None
    except (OSError, RuntimeError) as error:  # it ended before it was told; uvloop says so by the latter
        raise SpeechError(f"{program} ended early: {error}") from None
    finally:
        await _end(process)
    return _pcm(octets, saying.voice) if octets or process.returncode else SILENT


async def _converse(process: Process, saying: Saying) -> bytes:
    """Write the words, and read no more sound than is needed."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(_words(saying.text).encode("utf-8", "replace"))
    process.stdin.close()
    try:
        return await process.stdout.readexactly(HEAD + 2 * saying.samples * FASTEST // 8000)
    except asyncio.IncompleteReadError as whole:
        await process.wait()
        return whole.partial


def _words(text: str) -> str:
    """Part what espeak-ng would not read as words."""
    while PHONEMES in text:
        text = text.replace(PHONEMES, " ".join(PHONEMES))
    return text


async def _end(process: Process) -> None:
    """End the process whatever it does; it cannot refuse, so this takes no time."""
    assert process.stdout is not None
    if process.returncode is None:
        with suppress(ProcessLookupError):
            _kill(process)
    # Unread output would keep its pipe open, and `wait` waits for that too.
    while await process.stdout.read(1 << 16):
        pass
    await process.wait()


def _kill(process: Process) -> None:
    """Kill a process with those that it has started: the program may be a script that runs another."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def _pcm(octets: bytes, voice: str) -> Pcm:
    """Read a WAV file whose lengths were not known when its head was written. Raises SpeechError."""
    place = octets.find(b"data", FORM_AT + FORM.size, HEAD)
    if octets[:4] != b"RIFF" or octets[8:16] != b"WAVEfmt " or place < 0:
        raise SpeechError(f"espeak-ng gave no WAV file for the voice {voice}")
    form, channels, rate, bits = FORM.unpack_from(octets, FORM_AT)
    if (form, channels, bits) != (1, 1, 16) or not 0 < rate <= FASTEST:
        raise SpeechError(f"espeak-ng gave sound of another form: {form}, {channels}, {rate}, {bits}")
    sound = octets[place + 8 :]
    return Pcm(sound[: len(sound) & ~1], rate)
