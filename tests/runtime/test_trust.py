"""`run --trust`: the command trusts the server's authority, and all that it has trusted before."""

from __future__ import annotations

import shutil
import ssl
import sys
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from oifde_simulator.cli import main
from oifde_simulator.runtime.child import system_authorities, trust
from oifde_simulator.web.tls.pem import encoded_certificates
from serving import run

OURS, SYSTEM, THEIRS = (trustme.CA().cert_pem.bytes() for _ in range(3))
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
ASKS = """
import os, sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(os.environ["OIFDE_URL"] + "/")
except urllib.error.HTTPError as error:
    print(error.code)
"""
"""A program that knows nothing of an authority."""
FETCHES = 'fetch(process.env.OIFDE_URL + "/").then(answer => console.log(answer.status))'
JAVA = """
import java.net.URI;
import java.net.http.*;

public class Ask {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(System.getenv("OIFDE_URL") + "/")).build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode());
    }
}
"""


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system with one authority."""
    monkeypatch.setattr(trust, "system_authorities", lambda: SYSTEM)


def trusted(name: str, **inherited: str) -> list[bytes]:
    """List the authorities in the file of a variable, DER."""
    return list(encoded_certificates(trust.trust_files(OURS, inherited)[name][1]))


def ders(*pems: bytes) -> list[bytes]:
    return [ssl.PEM_cert_to_DER_cert(pem.decode()) for pem in pems]


@pytest.mark.parametrize("name", BUNDLES)
def test_a_file_that_replaces_the_systems_has_these_too(name: str) -> None:
    assert trusted(name) == ders(SYSTEM, OURS)


def test_a_file_that_is_trusted_beside_them_has_ours_alone() -> None:
    assert trusted("NODE_EXTRA_CA_CERTS") == ders(OURS)


@pytest.mark.parametrize("name", [*BUNDLES, "NODE_EXTRA_CA_CERTS"])
def test_a_variable_that_is_set_keeps_what_it_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "theirs.pem").write_bytes(b"a key of theirs stays theirs\n" + THEIRS)
    assert trusted(name, **{name: str(tmp_path / "theirs.pem")}) == ders(THEIRS, OURS)


def test_requests_and_curl_go_on_where_another_variable_told_them(tmp_path: Path) -> None:
    (tmp_path / "theirs.pem").write_bytes(THEIRS)
    inherited = {"SSL_CERT_FILE": str(tmp_path / "theirs.pem")}
    assert all(trusted(name, **inherited) == ders(THEIRS, OURS) for name in BUNDLES)


def test_a_folder_of_requests_is_read_once_for_each_authority(tmp_path: Path) -> None:
    for name in ("theirs.pem", "0a1b2c3d.0"):
        (tmp_path / name).write_bytes(THEIRS)
    (tmp_path / "README").write_text("no certificate")
    assert trusted("REQUESTS_CA_BUNDLE", REQUESTS_CA_BUNDLE=str(tmp_path)) == ders(THEIRS, OURS)


def test_the_trust_store_of_java_has_the_systems_too() -> None:
    name, store = trust.trust_files(OURS, {})["JAVA_TOOL_OPTIONS"]
    found = load_pkcs12(store, b"changeit").additional_certs
    assert [each.friendly_name for each in found] == [b"oifde-simulator", b"system-1"]
    options = trust.java_options({"JAVA_TOOL_OPTIONS": f"/a folder/{name}"}, {"JAVA_TOOL_OPTIONS": "-Xmx1g"})
    assert options["JAVA_TOOL_OPTIONS"] == (
        '-Xmx1g "-Djavax.net.ssl.trustStore=/a folder/trust.p12" -Djavax.net.ssl.trustStoreType=PKCS12 '
        "-Djavax.net.ssl.trustStorePassword=changeit"
    )


def test_a_system_without_authorities_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trust, "system_authorities", lambda: b"")
    assert trusted("SSL_CERT_FILE") == ders(OURS)
    assert "install the package ca-certificates" in capsys.readouterr().err


def test_the_systems_are_found_in_the_first_of_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bundle.pem").write_bytes(b"# Debian's\n" + SYSTEM)
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=str(tmp_path / "none.pem"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(system_authorities, "BUNDLES", (str(tmp_path / "bundle.pem"),))
    assert system_authorities.system_authorities().split() == SYSTEM.split()


def test_without_files_those_of_certifi_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=str(tmp_path / "none.pem"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(system_authorities, "BUNDLES", ())
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert system_authorities.system_authorities().count(b"BEGIN CERTIFICATE") > 50


REFUSED = {
    "TLS off": (["--tls", "off"], {}, "--trust and --tls off exclude each other"),
    "own certificate": (["--tls-cert", "c.pem", "--tls-key", "k.pem"], {}, "found --tls-cert c.pem"),
    "no file": ([], {"SSL_CERT_FILE": "/nowhere/ca.pem"}, "SSL_CERT_FILE is /nowhere/ca.pem"),
    "a trust store": (
        [],
        {"JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=/a"},
        "then run --tls-dir DIR -- COMMAND",
    ),
}


@pytest.mark.parametrize(("options", "variables", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_trusted_is_told_in_one_line(
    options: list[str],
    variables: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert main(["run", "--trust", *options, "--", "true"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("oifde-simulator run: --trust")
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.slow
def test_a_program_of_python_asks_without_a_word_about_an_authority() -> None:
    done = run("run", "--trust", "--log-level", "error", "--", sys.executable, "-c", ASKS)
    assert (done.stdout, done.returncode) == ("404\n", 0), done.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_does_too() -> None:
    line = 'curl -s -o /dev/null -w "%{http_code}" $OIFDE_URL/'
    done = run("run", "--trust", "--log-level", "error", "--", "sh", "-c", line)
    assert done.stdout == "404", done.stderr


@pytest.mark.slow(seconds=3)
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_does_too() -> None:
    done = run("run", "--trust", "--log-level", "error", "--", "node", "-e", FETCHES)
    assert done.stdout == "404\n", done.stderr


@pytest.mark.slow(seconds=20)
@pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")
def test_java_does_too(tmp_path: Path) -> None:
    (tmp_path / "Ask.java").write_text(JAVA)
    done = run("run", "--trust", "--log-level", "error", "--", "java", str(tmp_path / "Ask.java"))
    assert done.stdout == "404\n", done.stderr
