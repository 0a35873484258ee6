"""A folder of recordings that may be looked at again: what was put in since is found.

Rule: a look is for a thread. Whoever answers a request reads what the last look has found, and no disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from oifde_simulator.population.recordings.folder import FileOctets, FolderError, find_recordings
from oifde_simulator.text import printable


class RecordingFolder(Mapping[str, FileOctets]):
    """The files of a folder by their keys, as they are served now."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Look at the folder for the first time. Raises FolderError."""
        self._folder = folder
        self._home = home
        self._served = self._seen = find_recordings(folder, home)

    def refresh(self) -> str:
        """Look again; say what is wrong with the folder, whose files then stay as they were.

        A file that is new or changed is served at the second look that finds it alike: half of one that is
        being written may look whole.
        """
        try:
            found = find_recordings(self._folder, self._home)
        except FolderError as error:
            return f"{printable(self._folder)}: {error}; the recordings stay as they were"
        served = {key: self._choose(key, octets) for key, octets in found.items()}
        self._seen = found
        self._served = {key: octets for key, octets in served.items() if octets is not None}
        return ""

    def _choose(self, key: str, octets: FileOctets) -> FileOctets | None:
        return octets if octets == self._seen.get(key) else self._served.get(key)

    def __getitem__(self, key: str) -> FileOctets:
        return self._served[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._served)

    def __len__(self) -> int:
        return len(self._served)
