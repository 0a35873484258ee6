"""Mutual TLS on the wire: who is let in, who is refused, what each side is told; and GET /client.pem."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.client import AsyncControl, Control, ControlProblem
from oifde_simulator.runtime.child.environment import child_environment
from oifde_simulator.runtime.curl_lines import CurlLines, ShownCertificate
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.tls.certificates.client_certificates import (
    FAULTS,
    ClientCertificates,
    foreign,
    name_of,
)
from oifde_simulator.web.tls.certificates.files import write_once
from oifde_simulator.web.tls.context import TlsError, load_chain
from serving import Peer, fetch, post, running, trusting

VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
BODY = json.dumps({"tenantId": "tenant001", "authToken": "x", "userMobile": "18000000001"}).encode()
REFUSED = (
    "ALERT_UNKNOWN_CA", "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE",
    "ALERT_BAD_CERTIFICATE",
)  # fmt: skip
"""Ends of OpenSSL's names of alerts by which a client is refused."""


class Lines(logging.Handler):
    """Log handler that lets a thread wait for a line about a handshake."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "handshake" in record.getMessage():
            self.texts.append(record.getMessage())
            self.came.set()

    def one(self) -> str:
        """Wait for a line, and return it."""
        assert self.came.wait(20)
        (text,) = self.texts
        return text


@pytest.fixture
def lines() -> Iterator[Lines]:
    log, handler = logging.getLogger("oifde_simulator"), Lines()
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, Simulator]]:
    with (
        running(tls="auto", client_cert="require") as requiring,
        running(tls="auto", client_cert="request", recordings_port=0) as requesting,
    ):
        yield {"require": requiring, "request": requesting}


def issued(server: Simulator, kind: str) -> bytes | None:
    """Fetch a certificate as users do; None for none."""
    if kind == "none":
        return None
    fault = {"good": None, "foreign": "unknown-authority", "expired": "expired"}[kind]
    with Control(server.control_url) as control:
        return control.client_certificate("CN=app-1,O=Example", fault=fault)


def context(
    server: Simulator, pem: bytes | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """Make a client that shows a certificate."""
    client = trusting(server.ca_pem)
    client.minimum_version = client.maximum_version = version
    if pem is not None:
        load_chain(client, pem)
    return client


@contextmanager
def calling(url: str, client: ssl.SSLContext) -> Iterator[Peer]:
    """Connect; a refusal by TLS 1.3 comes with the first read."""
    plain = Peer(url.replace("https", "http"))
    with plain:
        plain.socket = client.wrap_socket(plain.socket, server_hostname="127.0.0.1")
        plain._stream.close()
        plain._stream = plain.socket.makefile("rb")
        yield plain


def ask(url: str, client: ssl.SSLContext, body: bytes = BODY) -> int:
    """Ask for the history of a user and return the HTTP status."""
    with calling(url, client) as peer:
        peer.send(post(body))
        return peer.answer().status


def newest(server: Simulator) -> Any:
    """Fetch the last exchange on record, with all that is kept."""
    listed = json.loads(fetch(f"{server.control_url}/journal?order=newest&limit=1")[2])
    return json.loads(fetch(f"{server.control_url}/journal/{listed['entries'][0]['number']}")[2])


# what the port asks for, what the client shows: (words of the client's error, of the log); None is an answer
TABLE: dict[tuple[str, str], tuple[str, str] | None] = {
    ("require", "none"): ("", "showed no certificate, and --client-cert require asks for one"),
    ("require", "good"): None,
    ("require", "foreign"): ("UNKNOWN_CA", "unable to get local issuer certificate"),
    ("require", "expired"): ("CERTIFICATE_EXPIRED", "certificate has expired"),
    ("request", "none"): None,
    ("request", "good"): None,
    ("request", "foreign"): ("UNKNOWN_CA", "unable to get local issuer certificate"),
    ("request", "expired"): ("CERTIFICATE_EXPIRED", "certificate has expired"),
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize(("mode", "shown"), TABLE)
def test_a_client_is_let_in_or_learns_by_an_alert_why_not(
    servers: Mapping[str, Simulator], lines: Lines, mode: str, shown: str, version: ssl.TLSVersion
) -> None:
    server, expected = servers[mode], TABLE[mode, shown]
    client = context(server, issued(server, shown), version)
    if expected is None:
        assert ask(server.data_url, client) == 200
        assert not lines.texts
        return
    alert, logged = expected
    with pytest.raises(ssl.SSLError) as refused:
        ask(server.data_url, client)
    assert (refused.value.reason or "").endswith(REFUSED), refused.value
    assert alert in (refused.value.reason or "")
    line = lines.one()
    assert "client 127.0.0.1:" in line
    assert logged in line
    assert "one of /client.pem" in line


def test_the_alert_is_not_lost_where_much_was_sent_behind_it(servers: Mapping[str, Simulator]) -> None:
    server = servers["require"]
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        ask(server.data_url, context(server, None), b" " * 100_000)


def test_the_port_of_recordings_asks_too(servers: Mapping[str, Simulator]) -> None:
    server = servers["request"]
    assert server.recordings_url != server.data_url
    assert ask(server.recordings_url, context(server, issued(server, "good"))) == 404
    with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
        ask(server.recordings_url, context(server, issued(server, "foreign")))


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_resumed_connection_shows_the_certificate_of_the_first(
    servers: Mapping[str, Simulator], version: ssl.TLSVersion
) -> None:
    server = servers["require"]
    client = context(server, issued(server, "good"), version)
    with calling(server.data_url, client) as first:
        first.send(post(BODY))
        first.answer()
        session: Any = first.socket.session
    again = Peer(server.data_url.replace("https", "http"))
    again.socket = client.wrap_socket(again.socket, server_hostname="127.0.0.1", session=session)
    again._stream = again.socket.makefile("rb")
    with again:
        again.send(post(BODY))
        assert again.answer().status == 200
        assert again.socket.session_reused
    assert newest(server)["request"]["clientCertificate"]["subject"] == "CN=app-1,O=Example"


def test_a_client_that_takes_only_rsa_is_verified_too() -> None:
    with running(tls="auto", client_cert="require") as server:
        client = context(server, issued(server, "good"), ssl.TLSVersion.TLSv1_2)
        client.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
        assert ask(server.data_url, client) == 200
        stranger = context(server, issued(server, "foreign"), ssl.TLSVersion.TLSv1_2)
        stranger.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
        with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
            ask(server.data_url, stranger)


def test_the_authorities_of_a_file_are_taken_and_no_others(tmp_path: Path, lines: Lines) -> None:
    ours, other = trustme.CA(), trustme.CA()
    between = ours.create_child_ca()
    (tmp_path / "clients.pem").write_bytes(b"# two\n" + ours.cert_pem.bytes() + other.cert_pem.bytes())
    with running(tls="auto", client_ca=tmp_path / "clients.pem") as server:
        for ca in (ours, other, between):
            leaf = ca.issue_cert(common_name="app-1")
            assert ask(server.data_url, context(server, leaf.private_key_and_cert_chain_pem.bytes())) == 200
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            ask(server.data_url, context(server, None))
        assert f"one of an authority in {tmp_path / 'clients.pem'}" in lines.one()
        status, _, problem = fetch(f"{server.control_url}/client.pem")
        assert (status, json.loads(problem)["type"]) == (409, "urn:oifde-simulator:problem:other-authority")
        assert str(tmp_path / "clients.pem") in json.loads(problem)["detail"]
        with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
            ask(server.data_url, context(server, issued(server, "foreign")))


def malformed(ca: trustme.CA) -> bytes:
    """Make a certificate of `ca` with a DNS name that is no text, behind its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    like = x509.load_pem_x509_certificate(ca.cert_pem.bytes())
    name = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x30\x05\x82\x03a\xffb")
    certificate = (
        x509.CertificateBuilder(like.subject, name_of("app-1"), key.public_key(), 5)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(3000, 1, 1, tzinfo=UTC))
        .add_extension(name, critical=False)
        .sign(serialization.load_pem_private_key(ca.private_key_pem.bytes(), None), hashes.SHA256())  # type: ignore[arg-type]
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


def test_a_certificate_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    ca, file = trustme.CA(), tmp_path / "ca.pem"
    file.write_bytes(ca.cert_pem.bytes())
    with running(tls="auto", client_ca=file) as server:
        with pytest.raises((OSError, IndexError)):
            ask(server.data_url, context(server, malformed(ca)))
        assert "cannot be read: it has names that are no text" in lines.one()
        assert ask(
            server.data_url, context(server, ca.issue_cert("app-1").private_key_and_cert_chain_pem.bytes())
        )
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_an_authority_in_between_does_by_itself(tmp_path: Path) -> None:
    between = trustme.CA().create_child_ca()
    (tmp_path / "clients.pem").write_bytes(between.cert_pem.bytes())
    leaf = between.issue_cert(common_name="app-1").private_key_and_cert_chain_pem.bytes()
    with running(tls="auto", client_ca=tmp_path / "clients.pem") as server:
        assert ask(server.data_url, context(server, leaf)) == 200


def test_our_own_authority_may_be_among_those_of_the_file(tmp_path: Path) -> None:
    with running(tls="auto", tls_dir=tmp_path / "tls"):
        pass
    both = (tmp_path / "tls" / "ca.pem").read_bytes() + trustme.CA().cert_pem.bytes()
    (tmp_path / "both.pem").write_bytes(both)
    with running(tls="auto", tls_dir=tmp_path / "tls", client_ca=tmp_path / "both.pem") as server:
        assert ask(server.data_url, context(server, issued(server, "good"))) == 200


def test_a_certificate_of_the_users_own_may_ask_for_those_of_clients(tmp_path: Path) -> None:
    ca = trustme.CA()
    leaf = ca.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ca.cert_pem.write_to_path(tmp_path / "clients.pem")
    files = {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
    with running(tls="auto", **files, client_ca=tmp_path / "clients.pem") as server:
        client = ssl.create_default_context(cadata=ca.cert_pem.bytes().decode())
        load_chain(client, ca.issue_cert(common_name="app-1").private_key_and_cert_chain_pem.bytes())
        assert ask(server.data_url, client) == 200
        status, _, problem = fetch(f"{server.control_url}/client.pem")
        assert (status, json.loads(problem)["type"]) == (404, "urn:oifde-simulator:problem:no-authority")
        status, _, problem = fetch(f"{server.control_url}/ca.pem")
        assert (status, json.loads(problem)["type"]) == (404, "urn:oifde-simulator:problem:no-authority")
        assert "trust the one that signed --tls-cert" in json.loads(problem)["detail"]
    with (
        pytest.raises(ValueError, match="--client-cert beside --tls-cert needs --client-ca"),
        running(tls="auto", **files, client_cert="request"),
    ):
        pass


LEAF = trustme.CA().issue_cert("x")
# content of the file (None: no file): what is said
BAD_FILES = {
    "no file": (None, "expected a PEM certificate, found no file"),
    "an empty file": (b"", "no PEM block"),
    "a key": (LEAF.private_key_pem.bytes(), "a ec private key"),
    "no PEM": (b"\x30\x82\x01", "no PEM block"),
    "half a certificate": (LEAF.cert_chain_pems[0].bytes()[:200], "no PEM block"),
    "a broken certificate": (
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "none that can be read",
    ),
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_of_authorities_that_does_not_do_is_named_with_the_fix(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "clients.pem"
    if content is not None:
        write_once(file, content)
    with pytest.raises(TlsError) as refused, running(tls="auto", client_ca=file):
        pass
    message = str(refused.value)
    assert message.startswith(f"{file}: ")
    assert words in message
    assert "give the PEM certificates of the authorities that sign your clients' certificates" in message
    assert "\n" not in message


@pytest.mark.parametrize("given", [{"client_ca": Path("x.pem")}, {"client_cert": "require"}], ids=str)
def test_without_tls_nobody_can_be_asked(given: dict[str, Any]) -> None:
    option = f"--{next(iter(given)).replace('_', '-')}"
    with pytest.raises(ValueError, match=f"--tls off and {option} exclude each other"), running(**given):
        pass


def test_the_control_plane_is_not_asked_for_certificates(servers: Mapping[str, Simulator]) -> None:
    with Control(servers["require"].control_url) as control:
        assert control.readyz().status == "ready"


# GET /client.pem


def test_each_call_makes_another_certificate_for_the_same_subject(servers: Mapping[str, Simulator]) -> None:
    url = f"{servers['require'].control_url}/client.pem"
    (_, headers, first), (_, _, second) = fetch(url), fetch(url)
    assert headers["Content-Type"] == "application/x-pem-file"
    assert headers["Cache-Control"] == "no-store"
    assert first != second
    for pem in (first, second):
        assert pem.count(b"PRIVATE KEY-----") == 2
        assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() == "CN=oifde-client"


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ("app-1", "CN=app-1"),
        ("客户端", "CN=客户端"),
        ("CN=app-1,OU=Payments,O=Example\\, Inc.,C=DE", "CN=app-1,OU=Payments,O=Example\\, Inc.,C=DE"),
        ("CN=a+UID=1,DC=example", "CN=a+UID=1,DC=example"),
    ],
)
def test_the_subject_is_a_common_name_or_a_whole_name(
    servers: Mapping[str, Simulator], subject: str, written: str
) -> None:
    with Control(servers["require"].control_url) as control:
        pem = control.client_certificate(subject)
    assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() in (written, "UID=1+CN=a,DC=example")


BAD_SUBJECTS = [
    "",
    " " * 513,
    "a" * 65,
    "CN=",
    "=",
    "X=1",
    "CN=x,C=Germany",
    "a\nb",
    "CN=x,",
    "CN=\\zz",
    "\x00",
]


@pytest.mark.parametrize("subject", BAD_SUBJECTS, ids=repr)
def test_a_subject_that_is_none_is_refused_with_the_fix(
    servers: Mapping[str, Simulator], subject: str
) -> None:
    url = f"{servers['require'].control_url}/client.pem?subject={quote(subject)}"
    status, _, body = fetch(url)
    problem = json.loads(body)
    assert (status, problem["type"]) == (400, "urn:oifde-simulator:problem:wrong-parameter")
    assert problem["detail"].startswith("subject: expected ")
    assert "app-1" in problem["detail"]


@given(st.text(max_size=80) | st.text("CNOU=,+\\#0123456789abcdef.", max_size=40))
def test_any_text_is_a_subject_or_is_refused_in_words(subject: str) -> None:
    try:
        name_of(subject)
    except ValueError as error:
        assert str(error).startswith("expected ")


def test_a_fault_that_is_none_is_refused_with_those_there_are(servers: Mapping[str, Simulator]) -> None:
    with (
        Control(servers["require"].control_url) as control,
        pytest.raises(ControlProblem, match="unknown-authority or expired or not-yet-valid") as refused,
    ):
        control.client_certificate(fault="revoked")
    assert refused.value.status == 400


def test_the_documented_faults_are_those_there_are(servers: Mapping[str, Simulator]) -> None:
    with Control(servers["require"].control_url) as control:
        document = control.openapi()
    (_, fault) = document["paths"]["/client.pem"]["get"]["parameters"]
    assert fault["schema"]["enum"] == list(FAULTS)


def test_without_tls_there_is_no_authority_but_a_foreign_certificate() -> None:
    with running() as server, Control(server.control_url) as control:
        with pytest.raises(ControlProblem, match="TLS is off") as refused:
            control.client_certificate()
        assert refused.value.status == 404
        assert b"BEGIN CERTIFICATE" in control.client_certificate(fault="unknown-authority")


def test_a_private_key_wants_the_token() -> None:
    with running(tls="auto", control_token="0123456789abcdef") as server:
        assert fetch(f"{server.control_url}/ca.pem")[0] == 200
        assert fetch(f"{server.control_url}/client.pem")[0] == 401
        with Control(server.control_url, "0123456789abcdef") as control:
            assert b"PRIVATE KEY" in control.client_certificate()


def test_nothing_shows_the_key_of_the_authority(servers: Mapping[str, Simulator]) -> None:
    ca = trustme.CA()
    maker = ClientCertificates(ca.cert_pem.bytes(), ca.private_key_pem.bytes())
    assert "PRIVATE KEY" not in repr(maker)
    server = servers["require"]
    assert "PRIVATE KEY" not in f"{server.parts.client_authority!r} {server.parts.tls!r}"
    assert foreign() != foreign()


# Our own clients


def test_a_context_of_the_client_shows_a_certificate(servers: Mapping[str, Simulator]) -> None:
    server = servers["require"]
    with Control(server.control_url) as control:
        assert ask(server.data_url, control.client_context("app-1")) == 200
        with pytest.raises(ssl.SSLError, match="EXPIRED"):
            ask(server.data_url, control.client_context(fault="expired"))
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            ask(server.data_url, control.ssl_context)


async def test_a_context_of_the_asynchronous_client_does_too(servers: Mapping[str, Simulator]) -> None:
    server = servers["require"]
    async with AsyncControl(server.control_url) as control:
        client = await control.client_context("CN=app-1,O=Example")
    assert await asyncio.to_thread(ask, server.data_url, client) == 200


def test_the_command_of_run_finds_a_certificate_in_a_file(servers: Mapping[str, Simulator]) -> None:
    server = servers["require"]
    with child_environment(server, {}) as environment:
        shown = Path(environment["OIFDE_CLIENT_FILE"]).read_bytes()
    assert ask(server.data_url, context(server, shown)) == 200


def test_a_command_is_given_no_certificate_that_is_not_accepted(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "clients.pem")
    with (
        running(tls="auto", client_ca=tmp_path / "clients.pem") as server,
        child_environment(server, {}) as environment,
    ):
        assert environment["OIFDE_CLIENT_FILE"] == ""
        assert server.shown_certificate == ShownCertificate("YOUR-CLIENT.pem", "")


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
@pytest.mark.parametrize("token", [None, "0123456789abcdef"])
def test_the_line_that_serve_prints_shows_a_certificate(tmp_path: Path, token: str | None) -> None:
    with running(tls="auto", client_cert="require", control_token=token) as server:
        lines = CurlLines(server.data_url, server.control_url, server.shown_certificate)
        environment = {**os.environ, "OIFDE_CONTROL_TOKEN": token or "", "NO_PROXY": "*"}
        line = lines.with_token("tenant001", "18000000001", "none")
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, check=True
        )
        assert json.loads(done.stdout)["errorCode"] == 900002
    assert (token or "none") not in line.replace('"none"', "")


def test_where_none_is_required_the_line_shows_none(servers: Mapping[str, Simulator]) -> None:
    assert servers["request"].shown_certificate is None
