"""A simulator in a container, for tests with Testcontainers: `pip install 'oifde-simulator[testcontainers]'`.

Rule: the only module that imports the library `testcontainers`.
"""

from __future__ import annotations

import secrets
import ssl
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from oifde_simulator.client import Control

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy
except ModuleNotFoundError as error:
    fix = "pip install 'oifde-simulator[testcontainers]'"
    raise ModuleNotFoundError(f"{error}; {fix}", name=error.name) from error

PORT = 8443
"""Port of the vendor's interface inside the container."""
CONTROL_PORT = 8444
"""Port of the control plane inside the container."""
SCENARIOS = "/scenarios"
"""Folder inside the container that `with_scenarios` fills."""
TLS_NAME = "OIFDE_SIMULATOR_TLS_NAME"


class SimulatorContainer(DockerContainer):
    """A simulator in a container, ready at the end of `start`; a context manager too.

    with SimulatorContainer("registry.example/oifde-simulator:0.2.0") as simulator:
        tenant = simulator.control.make_tenant("fail-twice")
        urlopen(simulator.url + "/oifde/rest/api/gettoken", body, context=simulator.ssl_context)
    """

    def __init__(self, image: str = "oifde-simulator", *, token: str | None = None, **options: Any) -> None:
        """Take the image, the `token` of the control plane, and options of DockerContainer.

        Without a `token` a random one is made.
        """
        super().__init__(image, **options)
        self.token = token or secrets.token_urlsafe(16)
        self.with_exposed_ports(PORT, CONTROL_PORT)
        self.with_env("OIFDE_SIMULATOR_CONTROL_TOKEN", self.token)
        self.waiting_for(HttpWaitStrategy(CONTROL_PORT, "/readyz").for_status_code(200))

    def with_scenarios(self, path: str | Path) -> Self:
        """Mount a scenario file, or a folder of them, that user 10001 of the container can read."""
        source = Path(path).resolve(strict=True)
        self.with_volume_mapping(str(source), f"{SCENARIOS}/{source.name}", "ro")
        return self.with_env("OIFDE_SIMULATOR_SCENARIOS", SCENARIOS)

    def with_network_aliases(self, *aliases: str) -> Self:
        """Give names by which other containers call this one; the certificate has them too."""
        self._add_names(*aliases)
        return super().with_network_aliases(*aliases)

    @property
    def url(self) -> str:
        """URL of the vendor's interface, as this process reaches it."""
        scheme = "http" if self.env.get("OIFDE_SIMULATOR_TLS") == "off" else "https"
        return f"{scheme}://{self._address(PORT)}"

    @property
    def control_url(self) -> str:
        """URL of the control plane, as this process reaches it."""
        return f"http://{self._address(CONTROL_PORT)}"

    @cached_property
    def control(self) -> Control:
        """Client of the control plane, with the container's token."""
        return Control(self.control_url, self.token)

    @property
    def ca_pem(self) -> bytes | None:
        """Certificate authority (PEM) that clients must trust; None with TLS off."""
        return self.control.ca_pem()

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """TLS context that trusts the vendor's port; a default context with TLS off."""
        return self.control.ssl_context

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:
        """Close the client, and remove the container."""
        if control := self.__dict__.pop("control", None):
            control.close()
        super().stop(force, delete_volume)

    def _address(self, port: int) -> str:
        host = self.get_container_host_ip()
        return f"{f'[{host}]' if ':' in host else host}:{self.get_exposed_port(port)}"

    def _configure(self) -> None:
        """Have the certificate name the machine of the container engine, by which this process calls it."""
        self._add_names(self.get_docker_client().host())

    def _add_names(self, *names: str) -> None:
        known = filter(None, self.env.get(TLS_NAME, "").split(","))
        self.with_env(TLS_NAME, ",".join(dict.fromkeys((*known, *names))))
