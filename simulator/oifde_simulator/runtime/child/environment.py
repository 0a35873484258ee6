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
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names of this machine."""


@contextmanager
def child_environment(
    server: Simulator | WorkersServer, inherited: Mapping[str, str], *, trust: bool = False
) -> Iterator[Mapping[str, str]]:
    """Provide the variables of the command until the end of the block.

    A variable of ours without a value is empty. `trust` adds those by which programs trust the authority.
    Raises ValueError if the authority's file has no place.
    """
    hosts = [*LOOPBACK, *_hosts(server.data_url, server.recordings_url, server.control_url)]
    ours = {
        "OIFDE_URL": server.data_url,
        "OIFDE_RECORDINGS_URL": server.recordings_url,
        "OIFDE_CONTROL": server.control_url,
        "OIFDE_CONTROL_TOKEN": server.token or "",
        **{TLS_VARIABLES[fault]: url for fault, url in reversed(server.tls_faults)},  # the first of its kind
    }
    others = {name: text for name, text in inherited.items() if name not in TLS_VARIABLES.values()}
    contents: dict[str, tuple[str, bytes | None]] = {
        "OIFDE_CA_FILE": ("ca.pem", server.ca_pem),
        "OIFDE_CLIENT_FILE": ("client.pem", server.client_pem()),
    }
    authority = server.ca_pem if trust else None
    if authority is not None:
        from oifde_simulator.runtime.child.trust import java_options, trust_files  # needed with --trust only

        contents |= trust_files(authority, inherited)
    with _files(contents) as files:
        java = {} if authority is None else java_options(files, inherited)
        yield {**others, **ours, **files, **java, **_proxy_exceptions(inherited, hosts)}


def _hosts(*urls: str) -> list[str]:
    """List the hosts of URLs, an IPv6 address in both forms: urllib compares it with its brackets.

    It stands there for such a URL only, since httpx takes no variable that has brackets.
    """
    hosts = [urlsplit(url).hostname or "" for url in urls]
    return [*hosts, *(f"[{host}]" for host in hosts if ":" in host)]


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
