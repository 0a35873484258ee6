"""`oifde_simulator.testcontainers`, with an engine that starts a process in place of a container."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import GETTOKEN
from help_text import variables
from oifde_simulator.client import ControlProblem
from serving import REPOSITORY, environment, fetch

pytest.importorskip("docker", reason="the extra testcontainers is not installed")
pytest.importorskip("testcontainers.core.container", reason="the extra testcontainers is not installed")

from container_engine import Engine, stand_in
from oifde_simulator.testcontainers import CONTROL_PORT, PORT, SimulatorContainer

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
FAIL_ONCE = "rules: [{name: once, times: 1, respond: {status: 503}}]"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Stand in for docker."""
    engine = Engine(tmp_path)
    stand_in(engine, monkeypatch)
    yield engine
    engine.remove()


def token_status(simulator: SimulatorContainer, tenant: str, secret: str) -> int:
    """Ask the vendor's interface for a token, as a client that trusts the authority of the container."""
    body = f'{{"appKey": "{tenant}", "appSecret": "{secret}"}}'.encode()
    return fetch(simulator.url + GETTOKEN, body, simulator.ca_pem)[0]


@pytest.mark.slow(seconds=1)
def test_a_container_serves_both_planes_until_the_end_of_the_block(engine: Engine) -> None:
    with SimulatorContainer("registry.example/simulator:1") as simulator:
        assert simulator.control.readyz().status == "ready"
        tenant = simulator.control.make_tenant("good-day")
        assert token_status(simulator, tenant.tenant_id, tenant.app_secret) == 200
        assert simulator.ssl_context.get_ca_certs()
    assert engine.asked["image"] == "registry.example/simulator:1"
    assert not engine.runs


@pytest.mark.slow(seconds=1)
def test_the_control_plane_wants_the_token_that_was_given(engine: Engine) -> None:
    with SimulatorContainer(token="a-token-for-this-run") as simulator:
        assert simulator.token == "a-token-for-this-run"
        simulator.control.tenants()
        simulator.token = "another-one"
        simulator.__dict__.pop("control").close()
        with pytest.raises(ControlProblem, match="401"):
            simulator.control.tenants()


def test_without_a_token_each_container_has_another_one(engine: Engine) -> None:
    first, second = SimulatorContainer(), SimulatorContainer()
    assert first.token != second.token
    assert len(first.token) >= 16


@pytest.mark.slow(seconds=1)
def test_scenarios_are_mounted_where_the_server_reads_them(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(FAIL_ONCE)
    with SimulatorContainer().with_scenarios(file) as simulator:
        assert [token_status(simulator, "acme", "secret") for _ in range(2)] == [503, 200]
    assert engine.asked["volumes"] == {str(file): {"bind": "/scenarios/acme.yaml", "mode": "ro"}}
    assert engine.asked["environment"]["OIFDE_SIMULATOR_SCENARIOS"] == "/scenarios"


def test_scenarios_that_are_not_there_are_refused_before_anything_starts(engine: Engine) -> None:
    with pytest.raises(FileNotFoundError):
        SimulatorContainer().with_scenarios("nowhere.yaml")


@pytest.mark.slow(seconds=1)
def test_the_certificate_has_the_names_by_which_it_is_called(engine: Engine) -> None:
    simulator = SimulatorContainer(network_aliases=["simulator"])
    with simulator.with_env("OIFDE_SIMULATOR_TLS_NAME", "vendor.example").with_network_aliases("oifde"):
        assert simulator.env["OIFDE_SIMULATOR_TLS_NAME"] == "vendor.example,oifde,localhost"


@pytest.mark.slow(seconds=1)
def test_with_tls_off_the_url_is_plain(engine: Engine) -> None:
    simulator = SimulatorContainer(network_aliases=["simulator"]).with_env("OIFDE_SIMULATOR_TLS", "off")
    with simulator:
        assert simulator.url.startswith("http://localhost:")
        assert simulator.ca_pem is None
        assert token_status(simulator, "tenant001", "secret") == 200


@pytest.mark.slow(seconds=1)
def test_every_variable_that_it_sets_is_a_setting(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(FAIL_ONCE)
    with SimulatorContainer(network_aliases=["simulator"]).with_scenarios(tmp_path) as simulator:
        assert simulator.env.keys() <= variables()
        assert len(simulator.env) == 3


def test_the_ports_are_those_that_the_image_exposes() -> None:
    assert re.search(r"^EXPOSE (\d+) (\d+)$", DOCKERFILE, re.M).groups() == (f"{PORT}", f"{CONTROL_PORT}")  # type: ignore[union-attr]


def test_without_the_library_the_message_says_what_to_install() -> None:
    program = "import sys; sys.modules['testcontainers'] = None\nimport oifde_simulator.testcontainers"
    failed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert failed.returncode == 1
    assert "pip install 'oifde-simulator[testcontainers]'" in failed.stderr.splitlines()[-1]
