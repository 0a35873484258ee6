"""Rules about a client's certificate on the wire, and the certificate in the journal."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.client import Control
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.tls.certificates.client_certificates import ClientCertificates, name_of
from oifde_simulator.web.tls.context import load_chain
from oifde_simulator.web.tls.handshakes import peer_certificate
from oifde_simulator.web.tls.handshakes.peer_certificate import LONGEST, describe, name_text
from serving import Peer, fetch, post, running, trusting

SCENARIO = """
tenant: {id: acme, tokens: ["0dbe11892be840cf983453ea70b505de"]}
clock: "2026-01-01T00:00:00Z"
rules:
  - name: app-2-is-forbidden
    match: {client_certificate: {common_name: app-2}}
    respond: {status: 403}
  - name: example-is-limited
    match: {client_certificate: {subject: {pattern: "O=Example$"}}}
    respond: {status: 429}
  - name: nobody
    match: {client_certificate: false}
    respond: {status: 401}
"""
BODY = json.dumps(
    {"tenantId": "acme", "authToken": "0dbe11892be840cf983453ea70b505de", "userMobile": "18000000001"}
).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    file = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    file.write_text(SCENARIO)
    with running(tls="auto", client_cert="request", scenarios=(file,), no_bundled=True) as server:
        yield server


def connect(server: Simulator, subject: str | None) -> Peer:
    client = trusting(server.ca_pem)
    if subject is not None:
        with Control(server.control_url) as control:
            load_chain(client, control.client_certificate(subject))
    peer = Peer(server.data_url.replace("https", "http"))
    peer._stream.close()
    peer.socket = client.wrap_socket(peer.socket, server_hostname="127.0.0.1")
    peer._stream = peer.socket.makefile("rb")
    return peer


def entries(server: Simulator, query: str = "") -> list[Any]:
    return list(json.loads(fetch(f"{server.control_url}/journal?limit=100{query}")[2])["entries"])


def whole(server: Simulator) -> Any:
    number = json.loads(fetch(f"{server.control_url}/journal?order=newest&limit=1")[2])["entries"][0][
        "number"
    ]
    return json.loads(fetch(f"{server.control_url}/journal/{number}")[2])


@pytest.mark.parametrize(
    ("subject", "status"),
    [("app-1", 200), ("app-2", 403), ("CN=app-3,O=Example", 429), ("CN=app-2,O=Example", 403), (None, 401)],
)
def test_a_rule_applies_by_the_certificate_on_each_request(
    server: Simulator, subject: str | None, status: int
) -> None:
    with connect(server, subject) as peer:
        for _ in range(2):
            peer.send(post(BODY))
            assert peer.answer().status == status


def test_the_journal_shows_the_certificate_and_filters_by_it(server: Simulator) -> None:
    with connect(server, "CN=app-7,OU=Payments,O=Acme") as peer:
        peer.send(post(BODY))
        peer.answer()
    shown = whole(server)["request"]["clientCertificate"]
    assert shown["subject"] == "CN=app-7,OU=Payments,O=Acme"
    assert shown["common_name"] == "app-7"
    assert "names" not in shown
    authority = x509.load_pem_x509_certificate(server.ca_pem or b"")
    assert shown["issuer"] == authority.subject.rfc4514_string()
    (found,) = entries(server, "&client_certificate.common_name=app-7")
    pattern = quote(json.dumps({"pattern": "OU=Payments"}))
    assert entries(server, f"&client_certificate.subject={pattern}") == [found]
    assert not entries(server, "&client_certificate.serial=00")


@pytest.mark.parametrize(
    "wanted",
    [
        {"client_certificate.common_name": "app-9"},
        {"client_certificate": {"common_name": "app-9"}},
        {"client_certificate": True},
    ],
    ids=["by its name", "as an object", "that there is one"],
)
def test_a_verdict_may_be_about_the_certificate(server: Simulator, wanted: dict[str, Any]) -> None:
    with connect(server, "app-9") as peer:
        peer.send(post(BODY))
        peer.answer()
    asked = json.dumps({"tenant": "acme", "expect": [{"match": wanted, "atLeast": 1}]}).encode()
    status, _, verdict = fetch(f"{server.control_url}/verify", asked)
    assert (status, json.loads(verdict).get("passed")) == (200, True), verdict


def test_a_field_that_no_certificate_has_is_told(server: Simulator) -> None:
    status, _, problem = fetch(f"{server.control_url}/journal?client_certificate.subjct=CN")
    assert status == 400
    assert (
        'no field of client_certificate is called "subjct"; did you mean "subject"?'
        in problem.decode().replace("\\", "")
    )
    asked = {"tenant": "acme", "expect": [{"none": {"client_certificate": {"subjct": "CN=a"}}}]}
    status, _, problem = fetch(f"{server.control_url}/verify", json.dumps(asked).encode())
    assert status == 400
    assert "subject" in problem.decode()


def test_without_a_certificate_the_journal_has_no_member_for_it(server: Simulator) -> None:
    with connect(server, None) as peer:
        peer.send(post(BODY))
        peer.answer()
    assert "clientCertificate" not in whole(server)["request"]


def test_near_misses_name_the_certificate(server: Simulator) -> None:
    with connect(server, "app-1") as peer:
        peer.send(post(BODY))
        peer.answer()
    told = {each["rule"]: each["differences"] for each in whole(server)["nearMisses"]}
    assert told["app-2-is-forbidden"] == ['client_certificate.common_name: expected "app-2", found "app-1"']
    assert told["nobody"] == ['client_certificate.subject: expected not to be there, found "CN=app-1"']


# What is read of a certificate


SUBJECTS = {
    "parts in their order": ("CN=a,OU=b,O=c", "CN=a,OU=b,O=c"),
    "escaped": ('CN=a\\, b\\+c\\"d\\\\e\\<f\\>g\\;h', 'CN=a\\, b\\+c\\"d\\\\e\\<f\\>g\\;h'),
    "at the ends": ("CN=\\ a\\ ", "CN=\\ a\\ "),
    "a number sign": ("CN=\\#1", "CN=\\#1"),
    "in other letters": ("CN=客户端,O=Größe", "CN=客户端,O=Größe"),
    "domain components": ("UID=app,DC=example,DC=com", "UID=app,DC=example,DC=com"),
    "a country": ("CN=a,ST=Hessen,L=Fulda,C=DE", "CN=a,ST=Hessen,L=Fulda,C=DE"),
    "a mail address": ("1.2.840.113549.1.9.1=a@b.example,CN=a", "emailAddress=a@b.example,CN=a"),
    "an attribute without a name": ("1.2.3.4=x,CN=a", "1.2.3.4=x,CN=a"),
}


def parsed(certificate: bytes, tmp_path: Path) -> Mapping[str, str]:
    """Describe a certificate as the server does, from what Python reads of it."""
    (tmp_path / "client.pem").write_bytes(certificate)
    return describe(ssl._ssl._test_decode_cert(tmp_path / "client.pem"))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("subject", "shown"), SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_is_written_as_rfc_4514_does(
    server: Simulator, subject: str, shown: str, tmp_path: Path
) -> None:
    with Control(server.control_url) as control:
        assert parsed(control.client_certificate(subject), tmp_path)["subject"] == shown


@given(st.text(min_size=1, max_size=16).filter(str.isprintable))
def test_a_name_that_was_written_is_the_same_when_read(text: str) -> None:
    written = name_text(((("commonName", text),),))
    assert name_of(written) == name_of(f"CN={name_text(((('commonName', text),),))[3:]}")
    (part,) = name_of(written)
    assert part.value == text


def test_long_texts_are_cut() -> None:
    names = tuple(("DNS", f"host-{number}.example") for number in range(10_000))
    found = describe({"subject": ((("commonName", "x" * 5000),),), "subjectAltName": names})
    assert {name: len(text) for name, text in found.items()} == {
        "subject": LONGEST,
        "common_name": LONGEST,
        "issuer": 0,
        "names": LONGEST,
    }


def test_alternative_names_have_their_kinds() -> None:
    found = describe({"subjectAltName": (("DNS", "a.example"), ("IP Address", "10.0.0.7"))})
    assert found["names"] == "DNS:a.example, IP Address:10.0.0.7"


def test_a_certificate_is_read_once_for_a_connection(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []

    def noted(shown: Mapping[str, Any]) -> Mapping[str, str]:
        read.append(shown)
        return describe(shown)

    monkeypatch.setattr(peer_certificate, "describe", noted)
    with connect(server, "app-1") as peer:
        for _ in range(3):
            peer.send(post(BODY))
            peer.answer()
    assert len(read) == 1


def test_a_maker_of_certificates_needs_no_server() -> None:
    import trustme

    ca = trustme.CA()
    pem = ClientCertificates(ca.cert_pem.bytes(), ca.private_key_pem.bytes()).make("app-1")
    assert x509.load_pem_x509_certificate(pem).subject == name_of("app-1")
