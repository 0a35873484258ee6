"""`--advertise`: what banner, ready file and `run` hand out, while this machine goes its own way."""

from __future__ import annotations

import io
import json
import re
import ssl
import sys
import urllib.error
import urllib.request
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from oifde_simulator.cli import main
from oifde_simulator.client import Control
from oifde_simulator.config import Settings
from oifde_simulator.runtime.embedding import running, spawned
from oifde_simulator.runtime.first_lines import print_first
from oifde_simulator.runtime.server.tls_settings import load_tls
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.context import client_context, prove
from serving import PATIENCE, run, served

DATA, CONTROL = "https://vendor.example:0/ivr", "http://sim.example"
OPTIONS = ("--advertise", DATA, "--advertise-control", CONTROL)
PRINTS = """
import os
print(os.environ["OIFDE_URL"], os.environ["OIFDE_RECORDINGS_URL"], os.environ["OIFDE_CONTROL"])
print(os.environ["no_proxy"])
"""


@pytest.mark.slow(seconds=1)
def test_banner_and_ready_file_have_the_advertised_urls(tmp_path: Path) -> None:
    with served(tmp_path, *OPTIONS) as server:
        ready = json.loads((tmp_path / "ready.json").read_text())
        own = ready["listening"]
        data = f"https://vendor.example:{urlsplit(own['data']).port}/ivr"
        assert (ready["data"], ready["control"], ready["console"]) == (data, CONTROL, f"{CONTROL}/")
        assert own["control"].startswith("http://127.0.0.1:")
        assert f"data plane     {data} " in server.banner
        assert f"control plane  {CONTROL} " in server.banner
        data_address, control_address = (urlsplit(own[plane]).netloc for plane in ("data", "control"))
        listening = f"listening on   {data_address} (data plane), {control_address} (control plane)\n"
        assert listening in server.banner
        assert f"console        {CONTROL}/ " in server.banner
        assert f"curl -s {CONTROL}/ca.pem" in server.banner
        assert f"{data}/oifde/rest/api/" in server.banner
        done = run("readyz", "--ready-file", str(tmp_path / "ready.json"))
        assert (done.returncode, done.stdout) == (0, f"ready: {own['control']}\n")


@pytest.mark.slow
def test_who_asks_for_the_advertised_control_plane_needs_the_token_that_the_banner_tells(
    tmp_path: Path,
) -> None:
    with served(tmp_path, *OPTIONS) as server:
        (token,) = re.findall(r"^  control token  (\S+)$", server.banner, re.MULTILINE)
        own = json.loads((tmp_path / "ready.json").read_text())["listening"]["control"]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask_by_name(own)
        assert ask_by_name(own, Authorization=f"Bearer {token}") == 200


def ask_by_name(own: str, **headers: str) -> int:
    """Ask as a client behind a forwarded port does, which knows the advertised name alone."""
    request = urllib.request.Request(f"{own}/tenants", headers={"Host": "sim.example", **headers})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.status


def test_a_quiet_server_tells_a_made_token_alone() -> None:
    quiet = Settings(quiet=True, control_host="0.0.0.0")
    assert said(quiet, "made") == ("", "  control token  made\n")
    assert said(quiet, None) == ("", "")
    assert said(replace(quiet, control_token="given-to-it"), "given-to-it") == ("", "")
    assert said(replace(quiet, quiet=False), "made") == ("lines\n", "")


def said(settings: Settings, token: str | None) -> tuple[str, str]:
    """Print the first lines; what standard output and standard error get."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stderr(err):
        print_first("lines", settings, token, out)
    return out.getvalue(), err.getvalue()


@pytest.mark.slow(seconds=1)
def test_without_it_a_ready_file_has_no_second_urls(tmp_path: Path) -> None:
    with served(tmp_path):
        assert "listening" not in json.loads((tmp_path / "ready.json").read_text())


@pytest.mark.slow
def test_the_command_of_run_gets_them() -> None:
    done = run("run", *OPTIONS, "--", sys.executable, "-c", PRINTS)
    assert done.returncode == 0, done.stderr
    urls, exceptions = done.stdout.splitlines()
    data, recordings, control = urls.split()
    assert (urlsplit(data).hostname, recordings, control) == ("vendor.example", data, CONTROL)
    assert {"vendor.example", "sim.example"} <= set(exceptions.split(","))


def test_who_starts_a_server_reaches_it_on_this_machine() -> None:
    with (
        spawned(*OPTIONS, "--tls", "off") as addresses,
        Control(addresses.control, token=addresses.token) as control,
    ):
        assert control.listener().url.startswith("https://vendor.example:")
    with running(Settings(port=0, control_port=0, tls="off", advertise_control=CONTROL)) as server:
        assert server.control_url == CONTROL
        with Control(server.listening["control"]) as control:
            assert control.readyz().status == "ready"


@pytest.mark.parametrize("name", ["vendor.example", "192.0.2.1"])
def test_the_certificate_is_good_for_the_advertised_host(name: str) -> None:
    tls = tls_from_authority(advertised=["", name])
    client = client_context(Path("made"), tls.ca_pem, "")
    client.check_hostname = False
    prove(tls.context, client, Path("made"), "")
    assert greets(tls.context, tls.ca_pem or b"", name)


def test_a_host_that_no_certificate_can_have_is_left_out() -> None:
    tls = tls_from_authority(advertised=["my_service"])
    assert not greets(tls.context, tls.ca_pem or b"", "vendor.example")
    assert greets(tls.context, tls.ca_pem or b"", "localhost")


def greets(server: ssl.SSLContext, ca_pem: bytes, name: str) -> bool:
    """Check that a client which calls `name` accepts the server's certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cadata=ca_pem.decode())
    caller = context.wrap_bio(to_client, to_server, server_hostname=name)
    callee = server.wrap_bio(to_server, to_client, server_side=True)
    try:
        for end in (caller, callee, caller):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    except ssl.SSLCertVerificationError:
        return False
    return True


RECORDINGS = ("--recordings-port", "0", "--advertise-recordings", "https://files.example:0/oiap/")


def test_the_port_of_recordings_is_told_by_its_own_url(tmp_path: Path) -> None:
    with served(tmp_path, *OPTIONS, *RECORDINGS, "--control-token", "a-token-for-this-run") as server:
        ready = json.loads((tmp_path / "ready.json").read_text())
        own = ready["listening"]["recordings"]
        told = f"https://files.example:{urlsplit(own).port}/oiap"
        assert (ready["recordings"], urlsplit(own).hostname) == (told, "127.0.0.1")
        assert f"recordings     {told}   (downloads alone)\n" in server.banner
        assert f", {urlsplit(own).netloc} (recordings), " in server.banner
        with Control(ready["listening"]["control"], token="a-token-for-this-run") as control:
            assert control.listener().recordings_url == told
            assert control.make_tenant("tenant001").recordings_url == told


@pytest.mark.slow(seconds=1)
def test_it_can_be_told_alone(tmp_path: Path) -> None:
    with served(tmp_path, *RECORDINGS):
        ready = json.loads((tmp_path / "ready.json").read_text())
        assert ready["recordings"].startswith("https://files.example:")
        assert ready["data"] == ready["listening"]["data"]


def test_two_ports_may_be_told_by_one_url(tmp_path: Path) -> None:
    one = "https://gateway.example"
    with served(
        tmp_path, "--advertise", one, "--recordings-port", "0", "--advertise-recordings", one
    ) as server:
        ready = json.loads((tmp_path / "ready.json").read_text())
        assert "recordings" not in ready
        assert ready["listening"].keys() == {"data", "recordings", "control"}
        assert "(recordings)" in server.banner


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="workers are of Linux")
def test_workers_tell_the_same_urls(tmp_path: Path) -> None:
    with served(tmp_path, *RECORDINGS, "--workers", "2"):
        ready = json.loads((tmp_path / "ready.json").read_text())
        assert ready["recordings"].startswith("https://files.example:")
        assert ready["listening"]["recordings"].startswith("https://127.0.0.1:")


@pytest.mark.slow(seconds=1)
def test_the_command_of_run_gets_the_url_of_recordings() -> None:
    done = run("run", *OPTIONS, *RECORDINGS, "--", sys.executable, "-c", PRINTS)
    assert done.returncode == 0, done.stderr
    urls, exceptions = done.stdout.splitlines()
    assert urls.split()[1].startswith("https://files.example:")
    assert "files.example" in exceptions.split(",")


def test_the_made_certificate_is_good_for_the_host_of_recordings() -> None:
    told = Settings(advertise_recordings="https://files.example", recordings_port=0)
    tls = load_tls(told, None)
    assert tls
    assert greets(tls.context, tls.ca_pem or b"", "files.example")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_a_port_of_recordings_its_url_is_refused_in_one_line(
    workers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://files.example"
    assert main(["serve", "--advertise-recordings", url, "--workers", workers]) == 2
    said = capsys.readouterr().err
    assert said.startswith("oifde-simulator serve: --advertise-recordings: expected a port of recordings")
    assert "give --recordings-port too" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("option", ["advertise", "advertise-control", "advertise-recordings"])
def test_a_wrong_url_is_told_in_one_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", f"--{option}", "vendor.example"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"oifde-simulator serve: --{option}: expected a URL such as https://vendor.example"
    )
    assert 'found "vendor.example": it does not begin with http:// or https://' in said
    assert said.count("\n") == 1
