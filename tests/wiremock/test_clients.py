"""WireMock's own clients: Python's from PyPI, and Java's from WireMock's jars.

The jars are those inside the packages `wiremock` of PyPI (2.35) and of npm (3). `WIREMOCK_JAR` names
another; `npm install --prefix tests/wiremock wiremock` puts npm's where it is found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import suites
from conftest import QUERY
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE

HERE = Path(__file__).parent


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """Server with four requests on record."""
    with suites.queried(tmp_path) as simulator:
        yield simulator


def jar(which: str) -> Path:
    """Path of WireMock's jar: from PyPI's package, from npm's, or as named."""
    if which == "named":
        found = [Path(each) for each in filter(None, [os.environ.get("WIREMOCK_JAR")])]
    elif which == "npm":
        found = sorted(HERE.glob("node_modules/wiremock/build/*.jar"))
    else:
        package = pytest.importorskip("wiremock", reason="the package wiremock is not installed")
        found = sorted(Path(package.__file__).parent.glob("server/*.jar"))
    if not found:
        pytest.skip(f"there is no jar of WireMock ({which})")
    return found[0]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["pypi", "npm", "named"])
def test_a_suite_in_java_verifies(simulator: Simulator, which: str) -> None:
    java = shutil.which("java") or pytest.skip("there is no java")
    port = simulator.control_url.rpartition(":")[2]
    command = [java, "-cp", str(jar(which)), str(HERE / "Verifies.java"), port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "ok all"


def test_a_suite_with_the_python_client_verifies(simulator: Simulator) -> None:
    pytest.importorskip("wiremock", reason="the package wiremock is not installed")
    from wiremock.constants import Config
    from wiremock.exceptions import InvalidInputException, NotFoundException

    from wiremock import client

    Config.base_url = f"{simulator.control_url}/__admin"
    wanted = client.NearMissMatchPatternRequest(
        method="POST",
        url_path=QUERY,
        body_patterns=[{"matchesJsonPath": "$[?(@.userMobile == '18000000001')]"}],
    )
    assert client.Requests.get_matching_request_count(wanted).count == 2
    assert len(client.Requests.get_matching_requests(wanted).requests) == 2
    events = client.Requests.get_all_received_requests()
    assert events.meta.total == 4
    assert len(client.Requests.get_unmatched_requests().requests) == 1
    assert client.Requests.get_unmatched_requests_near_misses().near_misses
    near = client.NearMisses.find_nearest_misses_by_request_pattern(wanted)
    assert [miss.match_result.distance for miss in near.near_misses][:2] == [0.0, 0.0]
    assert client.NearMisses.find_nearest_misses_by_request(
        client.NearMissMatchRequest(url=QUERY, method="POST")
    )
    client.GlobalSettings.update_global_settings(client.GlobalSetting(fixed_delay=1))
    assert suites.admin(simulator, "/settings")[1] == {"settings": {"fixedDelay": 1}}
    client.Scenarios.reset_all_scenarios()
    with pytest.raises(InvalidInputException, match=r"POST /tenants/\{id\}/clear takes all away"):
        client.Mappings.delete_all_mappings()
    with pytest.raises(NotFoundException):
        client.Requests.get_request("6f696664-6500-8000-8000-0000000fffff")
    client.Requests.reset_request_journal()
    assert client.Requests.get_matching_request_count(wanted).count == 0
