"""The paths of recordings: each leads back to its session, so that a download needs no store."""

from __future__ import annotations

from datetime import UTC, datetime

from oifde_simulator.population.ids import DecodedId, IdCodec


class RecordingPaths:
    """The paths of one world's recordings."""

    def __init__(self, vdn: str, ids: IdCodec) -> None:
        """Take the ID of the virtual call center, and the codec of the world."""
        self.vdn = vdn
        """ID of the virtual call center."""
        self._ids = ids

    def path(self, user: str, begin: int) -> str:
        """Compute the `recordFileName` of a call that begins at `begin`, epoch seconds."""
        # Guess: [recording-day] the folder is the UTC day; a recording made at night would settle it.
        day = datetime.fromtimestamp(begin, UTC)
        return f"Y:/{self.vdn}/odfsrecord/{day:%Y%m%d}/{self._ids.recording_name(user, begin)}.wav"

    def decode(self, path: str) -> DecodedId | None:
        """Read user and first second off a path; None for one that `path` did not compute.

        Whether the user has a session that begins then is not known here: its history knows.
        """
        origin = self._ids.decode_recording_name(path.rpartition("/")[2].removesuffix(".wav"))
        return origin if origin and self.path(*origin) == path else None
