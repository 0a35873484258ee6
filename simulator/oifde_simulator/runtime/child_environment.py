"""The environment of a command beside a server: the addresses of the server, and no proxy before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from oifde_simulator.runtime.temporary_folder import temporary_folder
from oifde_simulator.tls_faults import FAULTS

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator
    from oifde_simulator.runtime.workers.server import WorkersServer

NO_PROXY = ("NO_PROXY", "no_proxy")
"""Variables that name the hosts to reach without a proxy; clients read the one, the other or both."""
TLS_VARIABLES = {fault: f"OIFDE_TLS_{fault.replace('-', '_').upper()}_URL" for fault in FAULTS}
"""Variables that are there for the ports with a fault of TLS only, such as OIFDE_TLS_EXPIRED_URL."""
LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
"""Names of this machine. Some clients compare an IPv6 address with its brackets, some without."""


@contextmanager
def child_environment(
    server: Simulator | WorkersServer, inherited: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    """Provide the variables of the command until the end of the block.

    A variable of ours without a value is empty. Raises ValueError if the authority's file has no place.
    """
    hosts = [*LOOPBACK, *(urlsplit(url).hostname or "" for url in (server.data_url, server.control_url))]
    ours = {
        "OIFDE_URL": server.data_url,
        "OIFDE_RECORDINGS_URL": server.recordings_url,
        "OIFDE_CONTROL": server.control_url,
        "OIFDE_CONTROL_TOKEN": server.token or "",
        **{TLS_VARIABLES[fault]: url for fault, url in reversed(server.tls_faults)},  # the first of its kind
    }
    others = {name: text for name, text in inherited.items() if name not in TLS_VARIABLES.values()}
    contents = {
        "OIFDE_CA_FILE": ("ca.pem", server.ca_pem),
        "OIFDE_CLIENT_FILE": ("client.pem", server.client_pem()),
    }
    with _files(contents) as files:
        yield {**others, **ours, **files, **_proxy_exceptions(inherited, hosts)}


@contextmanager
def _files(contents: Mapping[str, tuple[str, bytes | None]]) -> Iterator[Mapping[str, str]]:
    """Write files for the block and yield their paths by variable; a path is empty for no content."""
    if all(content is None for _, content in contents.values()):
        yield dict.fromkeys(contents, "")
        return
    with temporary_folder() as folder:
        for name, content in contents.values():
            if content is not None:
                (folder / name).touch(0o600)
                (folder / name).write_bytes(content)
        yield {
            variable: str(folder / name) if content is not None else ""
            for variable, (name, content) in contents.items()
        }


def _proxy_exceptions(inherited: Mapping[str, str], hosts: list[str]) -> Mapping[str, str]:
    """Add `hosts` to what each variable of NO_PROXY has, or else to what the other one has."""
    other = next((inherited[name] for name in NO_PROXY if name in inherited), "")
    return {name: _with_hosts(inherited.get(name, other), hosts) for name in NO_PROXY}


def _with_hosts(exceptions: str, hosts: list[str]) -> str:
    there = [name.strip() for name in exceptions.split(",") if name.strip()]
    if there == ["*"]:  # it stands for every host only where it stands alone
        return exceptions
    known = {name.casefold() for name in there}
    return ",".join([*there, *dict.fromkeys(host for host in hosts if host not in known)])
