"""`GET /ca.p12`: the authority as a trust store, which Java, OpenSSL and `cryptography` read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.client import Control
from oifde_simulator.client.aio.control import AsyncControl
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.tls.certificates.trust_store import PASSWORD, _object_id, trust_store, trust_store_of
from serving import fetch, running

CA = trustme.CA().cert_pem.bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with running(tls="auto") as simulator:
        yield simulator


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def test_the_route_sends_the_authority_and_the_client_fetches_it(server: Simulator) -> None:
    status, headers, store = fetch(server.control_url + "/ca.p12")
    assert (status, headers["Content-Type"]) == (200, "application/x-pkcs12")
    (entry,) = load_pkcs12(store, PASSWORD.encode()).additional_certs
    assert server.ca_pem is not None
    assert entry.certificate.public_bytes(Encoding.DER) == der(server.ca_pem)
    assert entry.friendly_name == b"oifde-simulator"
    with Control(server.control_url) as control:
        assert control.trust_store() == store


async def test_without_an_authority_there_is_none() -> None:
    with running(tls="off") as plain:
        status, _, body = fetch(plain.control_url + "/ca.p12")
        assert (status, b"TLS is off" in body) == (404, True)
        assert json.loads(body)["type"] == "urn:oifde-simulator:problem:no-authority"
        assert fetch(plain.control_url + "/ca.pem")[2] == body
        with Control(plain.control_url) as control:
            assert control.trust_store() is None
        async with AsyncControl(plain.control_url) as other:
            assert await other.trust_store() is None


def test_no_token_is_wanted() -> None:
    with running(tls="auto", control_token="a-token-for-this-run") as guarded:
        assert fetch(guarded.control_url + "/ca.p12")[0] == 200


def test_the_same_authority_gives_the_same_bytes() -> None:
    assert trust_store_of(CA) == trust_store_of(b"text around it\n" + CA + b"more\n")


def test_a_wrong_password_is_noticed() -> None:
    with pytest.raises(ValueError, match="password"):
        load_pkcs12(trust_store_of(CA), b"another")


@pytest.mark.parametrize("number", [1, 2, 300])
def test_any_number_of_authorities_has_a_place(number: int) -> None:
    store = trust_store({f"authority-{each}": der(CA) for each in range(number)})
    found = load_pkcs12(store, PASSWORD.encode()).additional_certs
    assert [each.friendly_name for each in found] == [f"authority-{n}".encode() for n in range(number)]


@given(st.lists(st.integers(0, 2**32 - 1), max_size=6))
def test_object_ids_are_written_as_der_wants(numbers: list[int]) -> None:
    text = ".".join(map(str, (1, 2, *numbers)))
    value = x509.UnrecognizedExtension(x509.ObjectIdentifier(text), b"").oid
    assert _object_id(text)[0] == 6
    assert _object_id(text)[2:3] == b"\x2a"
    assert value.dotted_string == text


@pytest.mark.slow(seconds=1)
@pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
def test_java_trusts_it(tmp_path: Path) -> None:
    (tmp_path / "ca.p12").write_bytes(trust_store_of(CA))
    command = ["keytool", "-list", "-keystore", str(tmp_path / "ca.p12"), "-storepass", PASSWORD]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "oifde-simulator" in listed
    assert "trustedCertEntry" in listed


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_it(tmp_path: Path) -> None:
    (tmp_path / "ca.p12").write_bytes(trust_store_of(CA))
    command = ["openssl", "pkcs12", "-in", str(tmp_path / "ca.p12"), "-nokeys", "-passin", f"pass:{PASSWORD}"]
    read = subprocess.run(command, capture_output=True, check=True).stdout
    assert der(read[read.index(b"-----BEGIN") :]) == der(CA)
