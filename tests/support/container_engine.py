"""A container engine for tests of `oifde_simulator.testcontainers`: its containers are processes."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from serving import Served, served

pytest.importorskip("docker", reason="the extra testcontainers is not installed")
pytest.importorskip("testcontainers.core.container", reason="the extra testcontainers is not installed")

from testcontainers.core.config import ConnectionMode, testcontainers_config

from oifde_simulator.testcontainers import CONTROL_PORT, PORT


class Engine:
    """A container engine whose only container is a process with the container's variables.

    It has the methods that testcontainers calls of its own client, of docker's client and of a container.
    """

    id = short_id = "1"
    status = "running"

    def __init__(self, folder: Path) -> None:
        self.folder, self.client = folder, self
        self.asked: dict[str, Any] = {}
        self.runs = False
        self._block = ExitStack()
        self._server: Served | None = None

    def create(self, image: str, **given: Any) -> Engine:
        self.asked = {"image": image, **given}
        return self

    def start(self, _: object) -> None:
        self._server = self._block.enter_context(served(self.folder, **self._settings()))
        self.runs = True

    def run(self, image: str, **given: Any) -> Engine:
        """Create and start: versions before 4.15 do both at once."""
        self.create(image, **given).start(None)
        return self

    def _settings(self) -> dict[str, str]:
        """Give the container's variables, with folders of this machine in place of the mounted ones."""
        found: dict[str, str] = dict(self.asked["environment"])
        for host, mount in self.asked["volumes"].items():
            if "OIFDE_SIMULATOR_SCENARIOS" in found and mount["bind"].startswith("/scenarios/"):
                found["OIFDE_SIMULATOR_SCENARIOS"] = host
        return found

    def host(self) -> str:
        return "localhost"

    def get_connection_mode(self) -> ConnectionMode:
        return ConnectionMode.docker_host

    def port(self, _: str, port: int) -> int | None:
        assert self._server
        return urlsplit({PORT: self._server.data, CONTROL_PORT: self._server.control}[port]).port

    def reload(self) -> None: ...

    def remove(self, **_: object) -> None:
        self._block.close()
        self.runs = False

    def close(self) -> None: ...


def stand_in(engine: Engine, patch: pytest.MonkeyPatch) -> None:
    """Have testcontainers use this engine."""
    patch.setattr("testcontainers.core.container.DockerClient", lambda **_: engine)
    patch.setattr(testcontainers_config, "ryuk_disabled", True)
