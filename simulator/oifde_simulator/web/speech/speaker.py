"""The speaker of one server: which clips are made, how many at once, and which are remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.immediate import aside
from oifde_simulator.wire.spoken import Clips, Saying

if TYPE_CHECKING:
    from oifde_simulator.web.speech.espeak import Pcm

CLIPS_KEPT = 16 << 20
"""Bytes of clips that are remembered, half an hour of speech; those not used for long go first."""
AT_ONCE = 2
"""Processes at once; further texts wait for one."""
PATIENCE = 10.0
"""Seconds that an answer waits for a text, its turn included."""

log = logging.getLogger("oifde_simulator")


class Speaker:
    """Has words spoken for all answers of a server."""

    def __init__(self) -> None:
        self._clips: BoundedCache[bytes] = BoundedCache(
            CLIPS_KEPT, lambda saying, clip: len(clip) + 4 * len(saying.text)
        )
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._told: set[str] = set()

    async def say(self, saying: Saying) -> bytes | None:
        """Find or make the clip of a saying; None where it cannot be had in time."""
        kept = self._clips.find(saying)
        if kept is not None:
            return kept
        from oifde_simulator.web.speech.espeak import SpeechError  # for recordings with words only

        try:
            async with asyncio.timeout(PATIENCE):
                return await self._make(saying)
        except TimeoutError:
            self._tell(f"a text waited for longer than {PATIENCE:.0f} s")
        except SpeechError as reason:
            self._tell(str(reason))
        return None

    async def _make(self, saying: Saying) -> bytes:
        """Wait for a turn and make a clip; a turn ends with its work, though nobody may wait for that."""
        from oifde_simulator.web.speech.resampling import telephone

        await self._turns.acquire()
        work: asyncio.Future[bytes] | None = None
        try:
            kept = self._clips.find(saying)  # another answer may have had it made meanwhile
            if kept is not None:
                return kept
            pcm = await _speech(saying)
            work = asyncio.ensure_future(aside(telephone, pcm.octets, pcm.rate, saying.samples))
            work.add_done_callback(lambda done: self._end(saying, done))  # no thread can be stopped
            return await asyncio.shield(work)
        finally:
            if work is None:
                self._turns.release()

    def _end(self, saying: Saying, work: asyncio.Future[bytes]) -> None:
        """Keep the clip, so that the next in line finds it, and end the turn."""
        if not work.cancelled() and work.exception() is None:
            self._clips.keep(saying, work.result())
        self._turns.release()

    def _tell(self, reason: str) -> None:
        """Log a reason once."""
        if reason not in self._told and len(self._told) < 100:
            self._told.add(reason)
            log.warning("a recording has tones in the place of words: %s", reason)


async def _speech(saying: Saying) -> Pcm:
    """Have a saying spoken. Raises SpeechError."""
    from oifde_simulator.web.speech import espeak

    program = await aside(espeak.find_program)
    if program is None:
        raise espeak.SpeechError("espeak-ng is not installed (Debian: apt install espeak-ng)")
    return await espeak.speak(program, saying)


class Spoken:
    """The clips of one answer: those of the slice that is sent, so that a long answer keeps no more."""

    def __init__(self, speaker: Speaker) -> None:
        self.clips: Clips = {}
        """Clips of the last slice."""
        self._speaker = speaker
        self._given_up = False

    async def prepare(self, sayings: Sequence[Saying]) -> None:
        """Get the clips of a slice; after the first that cannot be had, no other is asked for."""
        found: dict[Saying, bytes | None] = {}
        for saying in dict.fromkeys(sayings):
            if saying in self.clips:
                found[saying] = self.clips[saying]
            elif not self._given_up:
                found[saying] = await self._speaker.say(saying)
                self._given_up = found[saying] is None
        self.clips = found
