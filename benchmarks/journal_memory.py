"""Whether the journal stays within its bounds: resident memory while a million requests are put on record.

Rule: no two bodies are alike, so nothing is saved by remembering; half name a tenant that is not there.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from measure import EXAMPLE, HEADERS, QUERY, circumstances, table
from multidict import CIMultiDict, CIMultiDictProxy

from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.serve import GC_THRESHOLDS
from oifde_simulator.scenario import selection
from oifde_simulator.tenants import Tenants

FIRST = 20_000
"""Requests after which both ledgers are full."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--requests", type=int, default=1_000_000, help=f"more than {FIRST}")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    tenants = Tenants(selection.scenarios(Settings()), seed="0", error_status=200)
    journal = Journal(tenants.state)
    rows = [
        [
            f"{number:,}",
            f"{on_record(journal):,}",
            f"{immediate(journal.charge()) / 2**20:.1f}",
            f"{held:.1f}",
        ]
        for number, held in filled(tenants, journal, chosen.requests)
    ]
    print(circumstances())
    print(table(("requests", "exchanges on record", "charged, MiB", "resident, MiB"), rows))
    grown = [float(row[3]) for row in rows if int(row[0].replace(",", "")) >= FIRST]
    print(f"\nFrom {FIRST:,} requests on: least {min(grown):.1f} MiB, greatest {max(grown):.1f} MiB.")


def on_record(journal: Journal) -> int:
    """How many entries there are."""
    return sum(count for _, count in immediate(journal.sizes()))


def filled(tenants: Tenants, journal: Journal, count: int) -> Iterator[tuple[int, float]]:
    """After how many requests, and the MiB that this process holds then."""
    pipeline = Pipeline(Router(bad_json_status=400), tenants, journal)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)  # as a server does
    looks = {0, FIRST // 2, FIRST, *(FIRST + (count - FIRST) * tenth // 10 for tenth in range(1, 11))}
    for number in range(count + 1):
        if number in looks:
            yield number, resident()
        immediate(pipeline.handle(request(number)))


def request(number: int) -> Request:
    fields = json.loads(EXAMPLE) | {"callId": f"c{number}"}
    if number % 2:
        fields["tenantId"] = f"nobody-{number}"
    body = json.dumps(fields).encode()
    headers = CIMultiDict(HEADERS | {"Host": "127.0.0.1", "Content-Length": str(len(body))})
    return Request("POST", QUERY, CIMultiDictProxy(headers), body)


def resident() -> float:
    """Memory this process holds now, MiB."""
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
