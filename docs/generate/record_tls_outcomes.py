"""Record what clients say to broken and to mutual TLS: `python docs/generate/record_tls_outcomes.py --write`.

A server of ours plays every case on a real port to each client that is installed. Clients that are missing
are named, and their recorded outcomes stay. Then write the table with tls_page.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import fault_outcomes
from tls_cases import serving
from tls_clients import CLIENTS, versions
from tls_page import OUTCOMES


def record() -> list[str]:
    """Record the outcomes of all installed clients; return the names of those that are missing."""
    found = versions()
    installed = [client for client in CLIENTS if found[client]]
    with serving() as cases, ThreadPoolExecutor(len(installed)) as threads:
        outcomes = threads.map(lambda client: CLIENTS[client](cases), installed)
        recorded = {
            client: fault_outcomes.Recorded(found[client], seen)
            for client, seen in zip(installed, outcomes, strict=True)
        }
    before = fault_outcomes.read(OUTCOMES) if OUTCOMES.exists() else {}
    merged = before | recorded
    fault_outcomes.write({client: merged[client] for client in CLIENTS if client in merged}, OUTCOMES)
    return [client for client in CLIENTS if client not in installed]


def main(arguments: Sequence[str]) -> None:
    """Record, and say which clients are missing."""
    if list(arguments) != ["--write"]:
        sys.exit("usage: record_tls_outcomes.py --write")
    if missing := record():
        print(f"not installed, their recorded outcomes stay: {', '.join(missing)}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
