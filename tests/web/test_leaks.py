"""No credential leaks into the journal, the archive, the events, the metrics or the log."""

from __future__ import annotations

import base64
import http.client
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from conftest import ACME, GETTOKEN, QUERY, TOKEN
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, Peer, fetch, head, post, running

SECRET = "hush/+hush-é\"'\\x"
RULES = f"""
rules:
  - {{name: by-token, match: {{request: {{authToken: "{TOKEN}", pageNum: "9"}}}}, respond: {{status: 503}}}}
  - name: echo
    match: {{request: {{pageNum: "8"}}}}
    respond: {{status: 502, body: '{{"authToken": "{TOKEN}"}}'}}
"""
SCENARIO = ACME.replace("tenant: {", f"tenant: {{secret: {json.dumps(SECRET)}, ") + RULES
ASKED = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Simulator]:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    with running(scenarios=(tmp_path / "acme.yaml",), log_level="debug") as simulator:
        yield simulator


def octets(**fields: Any) -> bytes:
    return json.dumps(ASKED | fields).encode()


def encoded(before: str = "") -> str:
    return base64.b64encode(f"{before}{TOKEN}".encode()).decode()


REQUESTS = {
    "as documented": post(octets()),
    "in another field": post(octets(callId=TOKEN)),
    "in base64 in another field": post(octets(callId=encoded("ab"))),
    "in a message": post(octets(pageNum=TOKEN)),
    "partly in a message": post(octets(pageNum="7" * 30 + TOKEN)),
    "in the target": post(octets(), target=f"{QUERY}?authToken={TOKEN}"),
    "percent-encoded in a target that is none": post(
        octets(), target="/x" + "".join(f"%{ord(c):02x}" for c in TOKEN)
    ),
    "in a header": post(octets(), f"X-Trace: {TOKEN}", f"Authorization: Basic {encoded('acme:')}"),
    "as a tenant": post(octets(tenantId=TOKEN)),
    "as a tenant that nobody knows, in base64": post(octets(tenantId=encoded("x"))),
    "in an answer": post(octets(pageNum="8")),
    "in broken JSON": post(octets()[:-1]),
    "in a form": post(f"authToken={TOKEN}".encode()),
    "in chunks that are none": head("Transfer-Encoding: chunked") + octets() + b"\r\n",
    "not HTTP": f"{TOKEN} {TOKEN} {TOKEN}\r\n\r\n".encode(),
    "a header that is none": f"POST / HTTP/1.1\r\nX {TOKEN}: {encoded()}\r\n\r\n".encode(),
    "a secret": post(json.dumps({"appKey": "acme", "appSecret": SECRET}).encode(), target=GETTOKEN),
    "a wrong secret": post(
        json.dumps({"appKey": "acme", "appSecret": SECRET + "!"}).encode(), target=GETTOKEN
    ),
}


def forms(credential: str) -> list[str]:
    """List the spellings of a credential, with its beginning."""
    plain = credential.encode()
    cores = [base64.b64encode(before + plain + b"??").decode()[4:-6] for before in (b"", b"x", b"xy")]
    escaped = [json.dumps(credential)[1:-1], json.dumps(json.dumps(credential)[1:-1])[1:-1]]
    percent = "".join(f"%{octet:02x}" for octet in plain)
    return [
        credential,
        credential[:12],
        *escaped,
        quote(credential, safe=""),
        percent,
        percent.upper(),
        *cores,
    ]


def shown(server: Simulator, followed: http.client.HTTPResponse) -> dict[str, str]:
    """Fetch everything that the control plane tells about exchanges."""
    last = immediate(server.journal.last())
    paths = ["/journal", "/journal.har", "/metrics", "/coverage"]
    told = {path: fetch(server.control_url + path)[2].decode() for path in paths}
    told |= {
        f"/journal/{n}": fetch(f"{server.control_url}/journal/{n}")[2].decode() for n in range(1, last + 1)
    }
    waited = "/journal/wait?count=99&timeout=1ms&userMobile=x"
    told[waited] = fetch(server.control_url + waited)[2].decode()
    lines: list[str] = []
    while not lines or f"id: {last}\n" not in lines[-3:]:
        lines.append(followed.readline().decode())
    return told | {"/journal/events": "".join(lines)}


def test_a_credential_is_in_nothing_that_is_told(server: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    parts = urlsplit(server.control_url)
    following = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    following.request("GET", "/journal/events?since=0")
    followed = following.getresponse()
    issued = []
    for request in REQUESTS.values():
        with Peer(server.data_url) as client:
            client.send(request)
            answer = client.answer()
            if b"expireTime" in answer.body and not answer.json["errorCode"]:
                issued.append(answer.json["authToken"])
    assert immediate(server.journal.last()) == len(REQUESTS)
    told = shown(server, followed)
    following.close()
    told["the log"] = "\n".join(record.getMessage() for record in caplog.records)
    told["the log's lines for machines"] = "\n".join(
        json.dumps(record.exchange(), default=str) for record in caplog.records if hasattr(record, "exchange")
    )
    assert len(issued) == 1
    assert len(told["the log"].splitlines()) >= len(REQUESTS)
    assert len(told["the log's lines for machines"].splitlines()) == len(REQUESTS)
    leaks = [
        (place, form)
        for place, text in told.items()
        for credential in (TOKEN, SECRET, *issued)
        for form in forms(credential)
        if form in text
    ]
    assert leaks == []
    mark = server.journal.redaction.fingerprint
    assert all(mark(credential) in told["/journal"] for credential in (TOKEN, SECRET, *issued))
