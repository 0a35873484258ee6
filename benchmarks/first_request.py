"""What the first request of each kind costs after the ready file, and how long others wait for it.

Rule: a fresh server each time, asked for each kind once; beside it a second connection asks once a
millisecond. With `--against CHECKOUT` another checkout is measured in turns.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from measure import (
    HEADERS,
    QUERY,
    ROOT,
    SERVER_CORE,
    circumstances,
    middle,
    pinned,
    stay_off_the_servers_core,
    table,
    wait_for,
)

TOKEN = "0dbe11892be840cf983453ea70b505de"
GETTOKEN = "/oifde/rest/api/gettoken"
CHINESE = "tenant: {tokens: any}\nsessions: {generate: {locale: zh_CN, per_day: 0.5}}\n"
PAUSE = 0.001
"""Seconds between two requests of the second connection."""


def page(tenant: str, user: str = "18000000001") -> dict[str, str]:
    """Write the query for a user's first page of 10 records."""
    return {"tenantId": tenant, "authToken": TOKEN, "userMobile": user, "pageSize": "10"}


REQUESTS: dict[str, tuple[str, dict[str, str]]] = {
    "literal record": (QUERY, {"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "180****9999"}),
    "refused": (QUERY, {"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "1", "pageSize": "x"}),
    "unknown tenant": (QUERY, {"tenantId": "tenant01", "authToken": TOKEN, "userMobile": "1"}),
    "generated, en_US": (QUERY, page("tenant001")),
    "generated, the next user": (QUERY, page("tenant001", "18000000002")),
    "generated, zh_CN": (QUERY, page("chinese01")),
    "generated, zh_CN, the next user": (QUERY, page("chinese01", "18000000002")),
    "gettoken": (GETTOKEN, {"appKey": "single-token", "appSecret": "secret"}),
    "rule with fault": (
        QUERY,
        page("truncated-json"),
    ),
    "rule with patch": (
        QUERY,
        page("broken-inner-json"),
    ),
    "rules with draws": (QUERY, page("chaos")),
}

Found = dict[str, list[float]]
"""Measured values by the name of what was measured."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--against", type=Path, metavar="CHECKOUT", help="another checkout, measured in turns"
    )
    chosen = options.parse_args()
    stay_off_the_servers_core()
    checkouts = {"this checkout": ROOT} | ({str(chosen.against): chosen.against} if chosen.against else {})
    found: dict[str, Found] = {name: {} for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(-1, chosen.rounds):
            for name, checkout in checkouts.items():
                measured = measure(checkout.resolve(), Path(folder))
                for kind, value in measured.items() if number >= 0 else ():
                    found[name].setdefault(kind, []).append(value)
    print(circumstances())
    for name in checkouts:
        print(f"{name}\n\n{report(found[name])}\n")
    print(f"Medians of {chosen.rounds} starts, in brackets least and greatest; an unmeasured round before.")


def measure(checkout: Path, folder: Path) -> dict[str, float]:
    """Start a server and ask for each kind once; milliseconds by what was measured."""
    with started(checkout, folder) as (_, process, seconds):
        found = {"ready, wall": seconds * 1e3, "ready, cpu": cpu(process.pid)}
    (folder / "chinese01.yaml").write_text(CHINESE)
    with started(
        checkout, folder, "--any-credentials", "--scenarios", str(folder / "chinese01.yaml")
    ) as server:
        address, process, _ = server
        second = SecondConnection(address)
        for kind, (path, document) in REQUESTS.items():
            second.begin()
            before = cpu(process.pid)
            asked = ask(address, path, json.dumps(document).encode())
            found[f"{kind}, cpu"] = cpu(process.pid) - before - second.end(process.pid)
            found[f"{kind}, wall"] = asked
            found[f"{kind}, others"] = second.longest
    return found


@contextmanager
def started(
    checkout: Path, folder: Path, *options: str
) -> Iterator[tuple[tuple[str, int], subprocess.Popen[bytes], float]]:
    """Run a server of a checkout; its address, its process and the seconds until its ready file was there."""
    ready = folder / "ready.json"
    command = [
        sys.executable,
        "-m",
        "oifde_simulator",
        "serve",
        "--tls",
        "off",
        "--port",
        "0",
        "--control-port",
        "0",
    ]
    environment = os.environ | {
        "PYTHONPATH": str(checkout / "simulator"),
        "PYTHONPYCACHEPREFIX": str(folder / f"bytecode-{abs(hash(checkout))}"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    begun = time.perf_counter()
    process = subprocess.Popen(
        pinned(SERVER_CORE, [*command, *options, "--ready-file", str(ready)]),
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(ready, process)
        seconds = time.perf_counter() - begun
        url = urlsplit(json.loads(ready.read_text())["data"])
        yield (url.hostname or "", url.port or 0), process, seconds
    finally:
        process.terminate()
        process.wait()


def cpu(pid: int) -> float:
    """Milliseconds that the main thread of a process has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def ask(address: tuple[str, int], path: str, body: bytes) -> float:
    """Send one request on a connection of its own; milliseconds until its answer, broken or not."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.connect()
    begun = time.perf_counter()
    try:
        connection.request("POST", path, body, HEADERS)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass  # a fault did what it is there for
    finally:
        connection.close()
    return (time.perf_counter() - begun) * 1e3


class SecondConnection:
    """A client that asks again and again for a path that nothing answers, while a request is measured."""

    def __init__(self, address: tuple[str, int]) -> None:
        """Connect, and ask often enough for its own cost to be known."""
        self._connection = http.client.HTTPConnection(*address)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.longest = 0.0
        """Milliseconds of the longest wait since the last `begin`."""
        self._count = 0
        for _ in range(200):
            self._ask()

    def begin(self) -> None:
        """Start to ask."""
        self.longest, self._count = 0.0, 0
        self._stopped.clear()
        self._thread = threading.Thread(target=self._keep_asking)
        self._thread.start()

    def end(self, pid: int) -> float:
        """Stop to ask; milliseconds of server CPU that the asking itself took."""
        self._stopped.set()
        if self._thread:
            self._thread.join()
        count, before = self._count, cpu(pid)
        for _ in range(count):
            self._ask()
        return cpu(pid) - before

    def _keep_asking(self) -> None:
        while not self._stopped.wait(PAUSE):
            self._ask()

    def _ask(self) -> None:
        begun = time.perf_counter()
        self._connection.request("GET", "/nothing")
        self._connection.getresponse().read()
        self.longest = max(self.longest, (time.perf_counter() - begun) * 1e3)
        self._count += 1


def report(found: Found) -> str:
    """Write the table of one checkout."""
    head = ("first request", "server CPU, ms", "answer, ms", "others wait at most, ms")
    rows = [
        ["until the ready file", middle(found["ready, cpu"], ".0f"), middle(found["ready, wall"], ".0f"), "-"]
    ]
    rows += [
        [kind, *(middle(found[f"{kind}, {what}"]) for what in ("cpu", "wall", "others"))] for kind in REQUESTS
    ]
    worst = max(statistics.median(found[f"{kind}, cpu"]) for kind in REQUESTS)
    return f"{table(head, rows)}\n\nMost expensive kind: {worst:.1f} ms."


if __name__ == "__main__":
    main()
