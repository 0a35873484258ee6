"""The artifacts of `oifde-simulator run`: what its server knows once the command has ended, and its log."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from oifde_simulator.artifacts.files import LOG, ArtifactFiles, source_at
from oifde_simulator.artifacts.folder import ArtifactFolder
from oifde_simulator.config import Settings

OPTION = "--artifacts"
"""Option that names the folder."""


class RunArtifacts:
    """A folder for the artifacts of one command."""

    def __init__(self, path: Path) -> None:
        """Check that the folder can be written. Raises ValueError."""
        self._files = ArtifactFiles(ArtifactFolder(path.absolute()))
        self._files.folder.require_writable(OPTION)
        self._log: Path | None = None

    def with_log(self, settings: Settings) -> Settings:
        """Have the log written here; one that has a file of its own stays there."""
        if settings.log_file is None:
            self._log = self._files.folder.part(LOG)
        return replace(settings, log_file=settings.log_file or self._log)

    def collect(self, control_url: str, token: str | None) -> None:
        """Write what the server knows, while it runs."""
        with source_at(control_url, token) as source:
            self._files.write_server(source)

    def finish(self) -> list[str]:
        """Give the log its name, after the server's end; list what was not written, and why."""
        if self._log is not None and self._log.exists():
            for handler in logging.getLogger().handlers:
                handler.flush()
            self._files.take_log(self._log)
        return self._files.complaints
