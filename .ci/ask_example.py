"""Ask a running server for the specification's example over TLS, verified by the authority that it serves.

    python3 .ci/ask_example.py DATA_URL CONTROL_URL

Needs Python alone. Exits 1 with what was answered instead.
"""

from __future__ import annotations

import json
import ssl
import sys
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

SPECIFICATION = Path(__file__).resolve().parent.parent / "tests" / "specification"
NO_PROXY = ProxyHandler({})


def main(data: str, control: str) -> None:
    """Ask once, and compare with the specification's response."""
    ca = build_opener(NO_PROXY).open(f"{control}/ca.pem", timeout=10).read().decode()
    client = build_opener(NO_PROXY, HTTPSHandler(context=ssl.create_default_context(cadata=ca)))
    request = Request(
        f"{data}/oifde/rest/api/queryRecordHistory",
        (SPECIFICATION / "request.json").read_bytes(),
        {"Content-Type": "application/json; charset=UTF-8"},
    )
    answer, wanted = client.open(request, timeout=10).read(), (SPECIFICATION / "response.json").read_bytes()
    if json.loads(answer, object_pairs_hook=list) != json.loads(wanted, object_pairs_hook=list):
        sys.exit(f"expected the specification's example response, found {answer.decode()}")
    print("answered with the specification's example,", data)


if __name__ == "__main__":
    main(*sys.argv[1:])
