"""Scenario files that change under several workers, and the coverage of their rules."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from conftest import TOKEN
from serving import FREE_PORTS, PATIENCE, Peer, command, environment, fetch, post
from workers_server import LONG, WorkersProcess, working

QUERY = post(json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}).encode())
CLIENTS = 9
OPTIONS = ("--tls", "off", "--scenarios", "acme.yaml")

RULES = "".join(
    f'- {{name: r{user}, match: {{request: {{userMobile: "{user}"}}}}, respond: {{status: 418}}}}\n'
    for user in range(6)
)
"""Rules that are about one user each."""

pytestmark = pytest.mark.slow


def write(folder: Path, status: int) -> None:
    """Write a scenario whose only rule answers a status."""
    rule = f"{{name: down, respond: {{status: {status}}}}}"
    (folder / "acme.yaml").write_text(f"tenant: {{tokens: [{TOKEN}]}}\nrules: [{rule}]\n")


def asked(peers: list[Peer]) -> list[int]:
    """Ask over each connection; the statuses."""
    for peer in peers:
        peer.send(QUERY)
    return [peer.answer().status for peer in peers]


def connected(server: WorkersProcess, stack: ExitStack) -> list[Peer]:
    """Open so many connections that every worker has some."""
    return [stack.enter_context(Peer(server.data)) for _ in range(CLIENTS)]


def wait_until_ready(server: WorkersProcess, count: int) -> None:
    """Wait until so many workers in a row say that the server is ready."""
    deadline, ready, named = monotonic() + LONG, 0, set()
    while (ready < 8 * count or len(named) < count) and monotonic() < deadline:
        status, _, body = fetch(f"{server.control}/readyz")
        ready = ready + 1 if status == 200 else 0
        named = named | {json.loads(body)["worker"]} if status == 200 else set()
    assert ready >= 8 * count, fetch(f"{server.control}/readyz")


def test_a_file_that_is_watched_is_served_by_all_workers_and_opinions_soon_agree(tmp_path: Path) -> None:
    write(tmp_path, 418)
    with working(tmp_path, *OPTIONS, "--watch", count=3) as server, ExitStack() as stack:
        peers = connected(server, stack)
        assert asked(peers) == [418] * CLIENTS
        for status in (419, 420, 421):
            write(tmp_path, status)
            deadline = monotonic() + PATIENCE
            seen = asked(peers)
            while seen != [status] * CLIENTS and monotonic() < deadline:
                assert set(seen) <= {status - 1, status}
                seen = asked(peers)
            assert [asked(peers) for _ in range(20)] == [[status] * CLIENTS] * 20
            wait_until_ready(server, 3)
        assert [each["restarts"] for each in server.workers(*["ready"] * 3)] == [0] * 3


def test_a_roll_brings_new_files(tmp_path: Path) -> None:
    write(tmp_path, 418)
    with working(tmp_path, *OPTIONS) as server:
        write(tmp_path, 419)
        server.process.send_signal(signal.SIGHUP)
        server.line("SIGHUP: all 2 workers are replaced")
        wait_until_ready(server, 2)
        with ExitStack() as stack:
            assert asked(connected(server, stack)) == [419] * CLIENTS


@pytest.mark.parametrize("asks", [True, False], ids=["used", "unused"])
def test_rules_that_never_fired_at_any_worker_fail(tmp_path: Path, asks: bool) -> None:
    (tmp_path / "acme.yaml").write_text(f"tenant: {{tokens: [{TOKEN}]}}\nrules:\n" + RULES)
    with working(tmp_path, *OPTIONS, "--fail-on-unused", count=3) as server:
        for user in range(6 if asks else 5):
            with Peer(server.data) as peer:
                peer.send(QUERY.replace(b'"userMobile": "1"', b'"userMobile": "%d"' % user))
                assert peer.answer().status == 418
        server.process.send_signal(signal.SIGTERM)
        assert server.process.stdout is not None
        printed = server.process.stdout.read()
        assert server.process.wait(LONG) == (0 if asks else 3)
    assert ("r5" in printed) is not asks
    assert "all of 6 rules" in printed or not asks


SUITE = """
import json, os, sys
from urllib.request import Request, urlopen
from urllib.error import HTTPError
body = {"tenantId": "acme", "authToken": "%s", "userMobile": "1"}
request = Request(os.environ["OIFDE_URL"] + "/oifde/rest/api/queryRecordHistory", json.dumps(body).encode(),
                  {"Content-Type": "application/json"})
try:
    urlopen(request)
except HTTPError as error:
    sys.exit(error.code - 400)
"""


def test_a_command_is_run_beside_a_server_of_several_workers(tmp_path: Path) -> None:
    write(tmp_path, 418)
    options = (*OPTIONS, *FREE_PORTS, "--workers", "2", "--coverage")
    done = subprocess.run(
        [*command("run"), *options, "--", sys.executable, "-c", SUITE % TOKEN],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 18, done.stderr
    assert "all of 1 rule" in done.stdout
