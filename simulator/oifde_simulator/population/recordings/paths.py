"""The paths of recordings: each leads back to its session, so that a download needs no store."""

from __future__ import annotations

from oifde_simulator.population.arrivals.local_days import DAY, compact_day
from oifde_simulator.population.ids import DecodedId, IdCodec


class RecordingPaths:
    """The paths of one world's recordings."""

    def __init__(self, vdn: str, ids: IdCodec) -> None:
        """Take the ID of the virtual call center, and the codec of the world."""
        self.vdn = vdn
        """ID of the virtual call center."""
        self._ids = ids

    def path(self, name: str, begin: int) -> str:
        """Compute the `recordFileName` of a call that begins at epoch second `begin`, by its file's name."""
        # Guess: [recording-day] the folder is the UTC day; a recording made at night would settle it.
        return f"Y:/{self.vdn}/odfsrecord/{compact_day(begin // DAY)}/{name}.wav"

    def decode(self, path: str) -> DecodedId | None:
        """Read user and first second off a path; None for one that `path` did not compute.

        Whether the user has a session that begins then is not known here: its history knows.
        """
        name = path.rpartition("/")[2].removesuffix(".wav")
        origin = self._ids.decode_recording_name(name)
        return origin if origin and self.path(name, origin.begin) == path else None
