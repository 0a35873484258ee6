"""`serve --state`, `run --state` and an embedded server on one store, as a user starts them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.runtime.embedding import running
from replica_servers import CALM, SCENARIO
from serving import fetch
from valkey_server import address, prefix

pytestmark = pytest.mark.slow


def settings(folder: Path, keys: str, **given: Any) -> Settings:
    """Make the settings of a replica."""
    file = folder / "acme.yaml"
    file.write_text(SCENARIO)
    return Settings(**{**CALM, "scenarios": (file,), "state": address(), "state_prefix": keys} | given)


def get(url: str) -> Any:
    """Ask the control plane."""
    status, _, body = fetch(url)
    assert status == 200, body
    return json.loads(body)


def test_two_servers_are_one(tmp_path: Path) -> None:
    keys = prefix()
    with running(settings(tmp_path, keys)) as one, running(settings(tmp_path, keys)) as other:
        body = json.dumps({"scenario": "acme", "tenantId": "made"}).encode()
        assert fetch(one.control_url + "/tenants", body, method="POST")[0] == 201
        assert get(other.control_url + "/tenants/made")["made"] is True
        assert fetch(other.control_url + "/listener", b'{"open": false}', method="PUT")[0] == 200
        assert get(one.control_url + "/listener")["open"] is False
        assert [fetch(each.control_url + "/readyz")[0] for each in (one, other)] == [503, 503]
        assert fetch(one.control_url + "/reset", b"", method="POST")[0] == 200
        assert [fetch(each.control_url + "/readyz")[0] for each in (one, other)] == [200, 200]


def test_replicas_have_one_authority(tmp_path: Path) -> None:
    keys = prefix()
    with (
        running(settings(tmp_path, keys, tls="auto")) as one,
        running(settings(tmp_path, keys, tls="auto")) as other,
    ):
        assert one.ca_pem == other.ca_pem
        pems = [fetch(each.control_url + "/ca.pem")[2] for each in (one, other)]
        assert pems == [one.ca_pem, one.ca_pem]
        assert [fetch(each.control_url + "/readyz")[0] for each in (one, other)] == [200, 200]


def test_a_store_that_was_left_behind_keeps_its_authority(tmp_path: Path) -> None:
    keys = prefix()
    with running(settings(tmp_path, keys, tls="auto")) as one:
        first = one.ca_pem
    with running(settings(tmp_path, keys, tls="auto")) as later:
        assert later.ca_pem == first


def test_run_beside_a_server_with_a_store(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    program = "import os; print(os.environ['OIFDE_CONTROL'])"
    options = ["--scenarios", str(tmp_path / "acme.yaml"), "--state", address(), "--state-prefix", prefix()]
    assert main(["run", *options, "--tls", "off", "--", sys.executable, "-c", program]) == 0
    assert capfd.readouterr().out.startswith("http://127.0.0.1:")


def test_a_fresh_store_is_refused_beside_a_live_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = prefix()
    with running(settings(tmp_path, keys)):
        options = ["--state", address(), "--state-prefix", keys, "--state-fresh"]
        assert main(["serve", "--port", "0", "--control-port", "0", *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"oifde-simulator serve: --state-fresh: a replica lives under the prefix {keys} ")


def test_a_plain_server_knows_no_store(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys\n"
        "from oifde_simulator.config import Settings\n"
        "from oifde_simulator.runtime.embedding import running\n"
        "with running(Settings(port=0, control_port=0, tls='off')): pass\n"
        "print([name for name in sys.modules if 'valkey' in name or 'runtime.replica' in name])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
