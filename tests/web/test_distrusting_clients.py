"""Real clients that refuse the certificate or its names: each leaves a line with who, what and the fix."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import trustme

import serving
from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, fetch, running

HOST = "127.0.0.1"
FIX = ("/ca.pem", "--tls-dir", "--tls-name")
JAVA = """
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;
public class Ask {
  public static void main(String[] args) throws Exception {
    var client = HttpClient.newBuilder();
    if (args.length > 1) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null);
      var pem = CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[1]));
      store.setCertificateEntry("ca", pem);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      client.sslContext(context);
    }
    var request = HttpRequest.newBuilder(URI.create(args[0])).build();
    try { client.build().send(request, HttpResponse.BodyHandlers.ofString()); }
    catch (java.io.IOException refused) { System.out.println(refused); }
  }
}
"""


class Lines(logging.Handler):
    """Log handler that keeps what is said of handshakes, and lets a thread wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "handshake" in record.getMessage():
            self.lines.append(record.getMessage())
            self.came.set()


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    if request.param == "uvloop" and loop_factory() is None:
        pytest.skip("without uvloop")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setattr(serving, "loop_factory", lambda: asyncio.new_event_loop)
        with running(tls="auto") as simulator:
            yield simulator


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, log = Lines(), logging.getLogger("oifde_simulator")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def trusting(server: Simulator) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=(server.ca_pem or b"").decode())


def wrap(server: Simulator, context: ssl.SSLContext, name: str) -> None:
    with (
        socket.create_connection((HOST, urlsplit(server.data_url).port or 0), PATIENCE) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname=name)


def connect(server: Simulator, context: ssl.SSLContext, name: str) -> None:
    async def open_and_close() -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                HOST, urlsplit(server.data_url).port, ssl=context, server_hostname=name
            )

    asyncio.run(open_and_close())


def ask(server: Simulator, context: ssl.SSLContext, name: str) -> None:
    async def get() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(server.data_url, ssl=context, server_hostname=name)

    asyncio.run(get())


Client = Callable[[Simulator, ssl.SSLContext, str], None]
CLIENTS: dict[str, Client] = {"ssl": wrap, "asyncio": connect, "aiohttp": ask}


def assert_told(server: Simulator, lines: Lines, *words: str) -> None:
    """Check that there is one line, with the client's address, and that the server lives on."""
    assert lines.came.wait(PATIENCE)
    assert fetch(server.data_url + "/nothing", None, server.ca_pem)[0] == 404
    (line,) = lines.lines
    assert f"client {HOST}:" in line or f"a client ({HOST}:" in line, line
    assert all(word in line for word in (*words, *FIX)), line


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_client_that_does_not_trust_the_authority_leaves_a_line(
    server: Simulator, lines: Lines, client: Client, version: ssl.TLSVersion
) -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    client(server, context, "localhost")
    assert_told(server, lines, "a TLS handshake failed")


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_client_that_calls_by_another_name_leaves_a_line(
    server: Simulator, lines: Lines, client: Client
) -> None:
    client(server, trusting(server), "vendor.example")
    assert_told(server, lines, "a TLS handshake failed")


def test_an_alert_is_named_and_an_end_without_one_is_told_as_such(server: Simulator, lines: Lines) -> None:
    wrap(server, ssl.create_default_context(), "localhost")
    assert_told(server, lines, "alert unknown ca")
    lines.lines.clear()
    lines.came.clear()
    connect(server, ssl.create_default_context(), "localhost")
    assert_told(server, lines, "in its midst, without an alert")


def test_a_client_that_goes_away_after_its_first_bytes_leaves_a_line(server: Simulator, lines: Lines) -> None:
    going = ssl.MemoryBIO()
    hello = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), going, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        hello.do_handshake()
    with socket.create_connection((HOST, urlsplit(server.data_url).port or 0), PATIENCE) as client:
        client.sendall(going.read()[:100])
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert_told(server, lines, "in its midst")


def test_a_client_that_only_knocks_leaves_none(server: Simulator, lines: Lines) -> None:
    with socket.create_connection((HOST, urlsplit(server.data_url).port or 0), PATIENCE) as client:
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert fetch(server.data_url + "/nothing", None, server.ca_pem)[0] == 404
    assert lines.lines == []


def test_a_handshake_that_never_ends_leaves_a_line_at_its_deadline(lines: Lines) -> None:
    with (
        running(tls="auto", idle_timeout=0.1) as server,
        socket.create_connection((HOST, urlsplit(server.data_url).port or 0), PATIENCE) as client,
    ):
        client.sendall(b"\x16\x03\x01\x02")
        assert lines.came.wait(PATIENCE)
    (line,) = lines.lines
    assert "not over in time" in line


def test_a_server_that_stops_amid_handshakes_blames_no_client(lines: Lines) -> None:
    with ExitStack() as later, running(tls="auto") as server:
        client = socket.create_connection((HOST, urlsplit(server.data_url).port or 0), PATIENCE)
        later.enter_context(client).sendall(b"\x16\x03\x01\x02")
        assert fetch(server.data_url + "/nothing", None, server.ca_pem)[0] == 404
    assert lines.lines == []


def run(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True, timeout=4 * PATIENCE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="without curl")
def test_curl_without_the_authority_leaves_a_line(server: Simulator, lines: Lines) -> None:
    run("curl", "-s", "--noproxy", "*", server.data_url)
    assert_told(server, lines, "a TLS handshake failed", "alert unknown ca")


NODE = "require('https').get(process.argv[1], {NAMED}).on('error', () => process.exit(0))"


@pytest.mark.skipif(shutil.which("node") is None, reason="without Node")
@pytest.mark.parametrize("name", ["", "vendor.example"], ids=["authority", "name"])
def test_node_that_refuses_the_certificate_leaves_a_line(
    server: Simulator, lines: Lines, name: str, tmp_path: Path
) -> None:
    options = "agent: false"
    if name:
        (tmp_path / "ca.pem").write_bytes(server.ca_pem or b"")
        options += f", servername: '{name}', ca: require('fs').readFileSync('{tmp_path / 'ca.pem'}')"
    run("node", "-e", NODE.replace("NAMED", options), server.data_url)
    assert_told(server, lines, "handshake")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="without Java")
def test_java_without_the_authority_leaves_a_line(server: Simulator, lines: Lines, tmp_path: Path) -> None:
    (tmp_path / "Ask.java").write_text(JAVA)
    run("java", str(tmp_path / "Ask.java"), server.data_url)
    assert_told(server, lines, "a TLS handshake failed")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="without Java")
def test_java_that_calls_by_another_name_leaves_a_line(lines: Lines, tmp_path: Path) -> None:
    authority, files = trustme.CA(), {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    leaf = authority.issue_cert("vendor.example")
    leaf.private_key_pem.write_to_path(files["tls_key"])
    leaf.cert_chain_pems[0].write_to_path(files["tls_cert"])
    (tmp_path / "Ask.java").write_text(JAVA)
    with running(tls="auto", **files) as server:
        run("java", str(tmp_path / "Ask.java"), server.data_url, str(tmp_path / "ca.pem"))
        assert lines.came.wait(PATIENCE)
    (line,) = lines.lines
    assert HOST in line
    assert "calls us by another name" in line
