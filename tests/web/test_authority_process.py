"""An authority that another process makes is as good as one that is made here."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import trustme

from oifde_simulator.web.tls.certificates import authority_process
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.certificates.authority_process import MadeAuthority
from oifde_simulator.web.tls.context import TlsError, client_context, prove

MADE = Path("an authority that another process made")
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")

PROGRAM = """
import sys
from oifde_simulator.web.tls.certificates import authority_process
result = authority_process.begin(sys.argv[1:], "127.0.0.1")
made = result.result()
assert result.result() is None
print(made and [type(made).__name__, *made.names])
assert "cryptography" not in sys.modules
"""


def printed(*names: str) -> str:
    command = [sys.executable, "-c", PROGRAM, *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def made() -> MadeAuthority:
    return MadeAuthority.of(trustme.CA(), ["localhost", "sim.example"])


@linux
def test_another_process_makes_an_authority_with_the_names_of_the_server() -> None:
    assert "'localhost'" in (found := printed("sim.example"))
    assert found.startswith("['MadeAuthority'")
    assert "'sim.example'" in found


@linux
def test_a_name_that_no_certificate_has_leaves_the_mistake_to_this_process() -> None:
    assert printed("https://sim.example") == "None\n"


@linux
def test_a_process_that_nobody_asked_is_waited_for() -> None:
    program = """
import os
from oifde_simulator.web.tls.certificates import authority_process
authority_process.begin((), "").close()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process is left")
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "no process is left\n"


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert authority_process.begin((), "127.0.0.1") is None
    finally:
        done.set()
        thread.join()


@linux
def test_a_limit_of_processes_leaves_it_to_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert authority_process.begin((), "127.0.0.1") is None


def test_clients_accept_a_certificate_of_an_authority_that_was_made_elsewhere() -> None:
    tls = tls_from_authority(["sim.example"], made=(authority := made()))
    assert tls.ca_pem == authority.certificate
    prove(tls.context, client_context(MADE, tls.ca_pem, ""), MADE, "")


def test_clients_without_ecdsa_accept_its_rsa_certificate() -> None:
    tls = tls_from_authority(made=made())
    client = client_context(MADE, tls.ca_pem, "")
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    prove(tls.context, client, MADE, "")
    assert tls.context.load_rsa is None


def test_contexts_with_a_fault_are_made_of_it() -> None:
    tls = tls_from_authority(made=made())
    assert tls.faults is not None
    with pytest.raises(TlsError, match="expired"):
        prove(tls.faults.get("expired"), client_context(MADE, tls.ca_pem, ""), MADE, "")


def test_keys_are_not_in_its_text() -> None:
    assert "PRIVATE" not in repr(made())
