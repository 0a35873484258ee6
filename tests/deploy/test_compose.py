"""The compose files: their settings, the store's command, and the balancer, which nginx really is."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

import help_text
from child_processes import started
from conftest import GETTOKEN
from nginx import needs_nginx, nginx
from oifde_simulator.config.reading import STATE_PASSWORD
from serving import PATIENCE, REPOSITORY, Served, environment, fetch, served
from valkey_server import PROGRAM, address, prefix

FOLDER = REPOSITORY / "deploy" / "compose"
FILES = ("compose.yaml", "replicated.yaml")
MODULES = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
CLIENT = {"appKey": "acme", "appSecret": "secret"}
every_file = pytest.mark.parametrize("name", FILES)


def services(name: str) -> dict[str, Any]:
    """Read the services of a file."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())["services"]
    return found


@every_file
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    given = services(name)["simulator"]["environment"]
    assert given.keys() <= help_text.variables() | {STATE_PASSWORD}
    assert "OIFDE_SIMULATOR_CONTROL_TOKEN" in given


@every_file
def test_no_service_may_write_to_its_root_or_gain_rights(name: str) -> None:
    for service in services(name).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


@every_file
def test_no_port_is_open_to_other_machines(name: str) -> None:
    ports = [port for service in services(name).values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8443:8443", "127.0.0.1:8444:8444"]


def test_replicas_start_after_the_store_and_the_balancer_after_them() -> None:
    found = services("replicated.yaml")
    assert found["simulator"]["deploy"]["replicas"] == 2
    assert found["simulator"]["depends_on"] == {"store": {"condition": "service_healthy"}}
    assert found["balancer"]["depends_on"] == {"simulator": {"condition": "service_healthy"}}


def test_the_store_wants_the_password_that_replicas_give(tmp_path: Path) -> None:
    shell, option, script = services("replicated.yaml")["store"]["command"]
    words = script.replace("$$", "$").replace(
        "valkey-server -", f"{PROGRAM} - --port 0 --unixsocket store.sock"
    )
    with started(
        [shell, option, words], cwd=tmp_path, env=environment(PASSWORD="a-password"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as store:  # fmt: skip
        assert store.stdout
        assert any(b"eady to accept connections" in line for line in store.stdout)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(str(tmp_path / "store.sock"))
            client.sendall(b"PING\r\nAUTH a-password\r\nPING\r\n")
            said = b""
            while said.count(b"\r\n") < 3 and (more := client.recv(1024)):
                said += more
        assert [line[:7] for line in said.splitlines()] == [b"-NOAUTH", b"+OK", b"+PONG"]
        store.terminate()
        assert store.wait(PATIENCE) == 0, "the signal reaches the store, not a shell"


# The balancer


def configuration(replicas: list[Served], ports: Sequence[int], folder: Path) -> str:
    """Put addresses of this machine into nginx.conf, where a compose project has names."""
    text = (FOLDER / "nginx.conf").read_text()
    for inner, outer, plane in ((8443, ports[0], "data"), (8444, ports[1], "control")):
        servers = [f"server {urlsplit(getattr(each, plane)).netloc} max_fails=0;" for each in replicas]
        text = text.replace(f"server simulator:{inner} max_fails=0;", " ".join(servers))
        text = text.replace(f"listen {inner};", f"listen 127.0.0.1:{outer};")
    text = text.replace("/tmp/nginx.pid", str(folder / "nginx.pid"))
    return (f"load_module {MODULES};\n" if MODULES.exists() else "") + text


@contextmanager
def balancer(replicas: list[Served], folder: Path) -> Iterator[tuple[str, str]]:
    """Run nginx in front of replicas; the URLs of both planes."""
    with create_server(("127.0.0.1", 0)) as data, create_server(("127.0.0.1", 0)) as control:
        ports = [each.getsockname()[1] for each in (data, control)]
        with nginx(folder, configuration(replicas, ports, folder), data, control):
            yield f"https://localhost:{ports[0]}", f"http://localhost:{ports[1]}"


@pytest.mark.slow(seconds=6)
@needs_nginx
def test_two_replicas_behind_the_balancer_are_one_simulator(tmp_path: Path) -> None:
    options = ("--state", address(), "--state-prefix", prefix(), "--scenarios", str(FOLDER / "scenarios"))
    replicas: list[Served] = []
    with ExitStack() as stack:
        for number in "12":
            (folder := tmp_path / number).mkdir()
            replicas.append(stack.enter_context(served(folder, *options, "--no-bundled")))
        data, control = stack.enter_context(balancer(replicas, tmp_path))
        authority = fetch(f"{control}/ca.pem")[2]
        token = json.loads(fetch(data + GETTOKEN, json.dumps(CLIENT).encode(), authority)[2])["authToken"]
        query = {"tenantId": "acme", "authToken": token, "userMobile": "18000000001"}
        url = data + "/oifde/rest/api/queryRecordHistory"
        statuses = [fetch(url, json.dumps(query).encode(), authority)[0] for _ in range(6)]
        assert statuses == [503, 503, 200, 200, 200, 200]
        journal = json.loads(fetch(f"{control}/journal?tenant=acme")[2])
        assert len(journal["entries"]) == 7
        pids = {json.loads(fetch(f"{control}/readyz")[2])["pid"] for _ in range(4)}
        assert pids == {each.process.pid for each in replicas}
