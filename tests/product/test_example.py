"""The specification's example, asked of a fresh server over TLS."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from conftest import QUERY, SPECIFICATION
from serving import PATIENCE, Served, fetch, served

REQUEST = SPECIFICATION / "request.json"
RESPONSE = SPECIFICATION / "response.json"
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run `serve` with no options but free ports."""
    with served(tmp_path_factory.mktemp("example")) as server:
        yield server


def ordered(octets: bytes | str) -> Any:
    """Decode JSON with each object as a list of pairs, so that the order of keys counts."""
    return json.loads(octets, object_pairs_hook=list)


def test_pythons_own_client_gets_the_example_key_for_key_in_order(server: Served) -> None:
    status, headers, body = fetch(server.data + QUERY, REQUEST.read_bytes(), server.ca_pem())
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=UTF-8")
    assert ordered(body) == ordered(RESPONSE.read_bytes())


def test_a_client_that_does_not_trust_the_authority_does_not_get_it(server: Served) -> None:
    import trustme

    with pytest.raises(URLError) as refused:
        fetch(server.data + QUERY, REQUEST.read_bytes(), trustme.CA().cert_pem.bytes())
    assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)


@needs_curl
def test_curl_gets_the_example_key_for_key_in_order(server: Served, tmp_path: Path) -> None:
    curl(tmp_path, "-sSf", f"{server.control}/ca.pem", "-o", "ca.pem")
    answer = curl(
        *(tmp_path, "-sSf", "--cacert", "ca.pem", server.data + QUERY),
        *("-H", "Content-Type: application/json; charset=UTF-8", "--data-binary", f"@{REQUEST}"),
    )
    assert ordered(answer) == ordered(RESPONSE.read_bytes())


@needs_curl
def test_the_line_that_serve_prints_works_when_pasted(server: Served, tmp_path: Path) -> None:
    line = next(line for line in server.banner.splitlines() if "curl" in line)
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ordered(done.stdout) == ordered(RESPONSE.read_bytes())


@pytest.mark.slow(seconds=1)
@needs_curl
def test_the_line_with_the_secret_works_when_pasted(tmp_path: Path) -> None:
    scenario = tmp_path / "it's.yaml"
    scenario.write_text(
        "tenant: {id: null-1, secret: 's \"$HOME` it''s'}\nsessions: {users: {'18000000001': 3}}\n"
    )
    with served(tmp_path, "--scenarios", str(scenario)) as server:
        assert server.process.stdout is not None
        told, line = server.process.stdout.readline(), server.process.stdout.readline()
        assert """s "$HOME` it's""" in told
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
    assert json.loads(done.stdout)["total"] == 3


def curl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["curl", "--noproxy", "*", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout
