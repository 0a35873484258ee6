"""`recording`: the sound of a download is not the one that its call has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.exchange import OtherSounds
from oifde_simulator.model.http import Response
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.wire.octets import LazyOctets

SOUNDS: Mapping[str, Callable[[OtherSounds], LazyOctets | None]] = {
    "silent": lambda sounds: sounds.silent(),
    "another-call": lambda sounds: sounds.of_another_call(),
}
"""Finders of a sound, by the word that a scenario writes."""
MISSING = {
    "silent": "nothing is heard in it anyway",
    "another-call": "its user has no other call with a recording",
}
"""Reasons why there is no such sound."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Another sound, under the headers of the recording's own."""

    sound: str
    """One of `SOUNDS`."""

    def reshape(self, response: Response, context: ActionContext) -> Response:
        """Put the sound in the place of the recording."""
        others = context.honest.other_sounds
        if others is None:
            raise NotApplicable("recording: this answer is no recording")
        found = SOUNDS[self.sound](others)
        if found is None:
            raise NotApplicable(f"recording: {MISSING[self.sound]}")
        return Response(response.status, found, response.headers)
