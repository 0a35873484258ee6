"""Where the sound of a recording comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.recordings.folder import FileOctets, recording_file
from oifde_simulator.population.recordings.recording import recording, silence
from oifde_simulator.wire.octets import LazyOctets


class SoundSource(Protocol):
    """Gives the bytes of recordings; equal sources are exchangeable."""

    def __call__(self, record: Mapping[str, Any], file_name: str, /) -> LazyOctets:
        """Give the file of a session's record; nothing is read or made yet."""
        ...

    def silent(self, record: Mapping[str, Any], own: LazyOctets, /) -> LazyOctets | None:
        """Make a file as long as the call with nothing in it; None where `own`, its file, is such a one."""
        ...


@dataclass(frozen=True, slots=True)
class MadeSound:
    """Makes each recording from its record."""

    channels: Literal[1, 2] = 1
    speech: bool | str = False
    """True to have words spoken, or the language to have them spoken in."""

    def __call__(self, record: Mapping[str, Any], _file_name: str, /) -> LazyOctets:
        """Make the file of a session's record."""
        return recording(record, self.channels, self.speech)

    def silent(self, record: Mapping[str, Any], _own: LazyOctets, /) -> LazyOctets | None:
        """Make the file without any sound; None where it has none anyway."""
        return recording(record, self.channels).silenced()


@dataclass(frozen=True, eq=False, slots=True)
class FolderSound:
    """Takes recordings from files, and makes those that have none."""

    files: Mapping[str, FileOctets]
    made: MadeSound

    def __call__(self, record: Mapping[str, Any], file_name: str, /) -> LazyOctets:
        """Give the file that has the name, or make one."""
        return recording_file(self.files, file_name) or self.made(record, file_name)

    def silent(self, record: Mapping[str, Any], own: LazyOctets, /) -> LazyOctets | None:
        """Make a file without any sound, whatever is in the one of the folder."""
        if isinstance(own, FileOctets):
            return silence(record, self.made.channels)
        return self.made.silent(record, own)
