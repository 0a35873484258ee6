"""Sounds that a fault of the service can send in the place of a recording: nothing, or another call.

Rule: a sound is looked for when a rule asks for it, so a good day costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.sessions import CallSession, Criteria, Sessions
from oifde_simulator.oifde.sound import SoundSource
from oifde_simulator.population.recordings.file_names import file_name_of
from oifde_simulator.wire.octets import LazyOctets

MOST_CALLS = 50
"""Calls before a call that are looked at, and calls after it."""


@dataclass(frozen=True, slots=True)
class CallSounds:
    """Sounds in the place of one call's recording."""

    source: SoundSource
    own: LazyOctets
    """The recording itself."""
    session: CallSession
    sessions: Sessions
    now: int
    """Epoch milliseconds on the tenant's clock."""

    def silent(self) -> LazyOctets | None:
        """Make a recording as long as the call with nothing in it; None where nothing is heard anyway."""
        return self.source.silent(self.session.record, self.own)

    def of_another_call(self) -> LazyOctets | None:
        """Find the recording of the call before, or of a later one; None where the user has none."""
        found = (self._sound(each) for each in self._other_calls())
        return next((sound for sound in found if sound is not None and sound != self.own), None)

    def _other_calls(self) -> Iterator[CallSession]:
        """List other calls of the user, those before this one first."""
        user, start = self.session.user, self.session.start
        for criteria in (Criteria(user, end=start - 1), Criteria(user, begin=start + 1)):
            yield from islice(self.sessions.select(criteria, self.now), MOST_CALLS)

    def _sound(self, call: CallSession) -> LazyOctets | None:
        """Make the recording of a call; None where it has none, or goes on."""
        record = call.record
        name = file_name_of(record) if record.get("endTime") is not None else None
        return None if name is None else self.source(record, name)
