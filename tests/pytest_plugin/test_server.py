"""The server of a session: shared by all workers, and gone when pytest ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from urllib.parse import urlsplit

import pytest

from inner import LONG, Suite
from serving import PATIENCE, command, running

pytest_plugins = ("inner",)

TELLS = """
import json, os
from pathlib import Path
import pytest
from vendor import query

@pytest.fixture(autouse=True)
def tell(simulator, simulator_options):
    yield
    told = {"control": simulator.control.url, "pid": os.getpid(), "tls": simulator_options["tls"]}
    (Path(__file__).parent / f"told-{simulator.tenant_id}.json").write_text(json.dumps(told))
"""
"""A conftest that writes down the server of each test."""


def values_written(suite: Suite, name: str) -> set[str]:
    """Read what the tests wrote down about their server."""
    return {json.loads(path.read_text())[name] for path in suite.folder.glob("told-*.json")}


@pytest.mark.slow(seconds=8)
def test_tests_on_four_workers_share_a_server_and_never_meet(suite: Suite) -> None:
    suite.write(
        conftest=TELLS,
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.parametrize("number", range(200))
        def test_alone(simulator, number):
            status, times = 500 + number % 100, 1 + number % 3
            simulator.use(rules=[{"name": f"mine-{number}", "times": times, "respond": {"status": status}}])
            wanted = [status] * times + [200] * 2
            assert [query(simulator) for _ in wanted] == wanted
            simulator.verify(count=times, rule=f"mine-{number}")
            simulator.verify(count=len(wanted))
            assert simulator.journal.statuses == wanted
            (rule,) = simulator.rules
            assert (rule.name, rule.fired) == (f"mine-{number}", times)
            if number % 5 == 0:
                simulator.reset()
                assert query(simulator) == status
                assert len(simulator.journal) == 1
        """,
    )
    suite.passes(200, "-n", "4")
    assert len(values_written(suite, "control")) == 1
    assert len(values_written(suite, "pid")) == 4


@pytest.mark.slow
def test_workers_share_one_server_which_ends_with_them(suite: Suite) -> None:
    suite.write(
        conftest=TELLS,
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.parametrize("number", range(4))
        def test_it(simulator, number):
            assert query(simulator) == 200
        """,
    )
    suite.passes(4, "-n", "2")
    (control,) = values_written(suite, "control")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(_place(control), PATIENCE)


@pytest.mark.slow
def test_workers_whose_options_are_their_own_have_servers_of_their_own(suite: Suite) -> None:
    suite.write(
        conftest=TELLS
        + """
@pytest.fixture(scope="session")
def simulator_options(simulator_options):
    return {**simulator_options, "error_status": "418", "tls": "auto"}
""",
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.parametrize("number", range(6))
        def test_it(simulator, number):
            assert query(simulator, authToken="wrong") == 418
            assert simulator.url.startswith("https://")
        """,
    )
    suite.passes(6, "-n", "2")
    assert len(values_written(suite, "control")) == len(values_written(suite, "pid"))


@pytest.mark.slow
def test_a_server_that_cannot_start_is_said_to_every_worker(suite: Suite) -> None:
    suite.write(test_it="def test_it(simulator): pass\ndef test_again(simulator): pass\n")
    done = suite.run("-n", "2", "--simulator-scenarios", "nowhere")
    assert "2 errors" in done.stdout
    assert re.search(r"(?m)^the simulator did not start: .*nowhere", done.stdout)


@pytest.mark.slow
def test_the_ini_file_chooses(suite: Suite) -> None:
    scenarios = suite.folder / "worlds"
    scenarios.mkdir()
    (scenarios / "quiet.yaml").write_text("rules: [{name: quiet, respond: {status: 418}}]\n")
    (suite.folder / "people.yaml").write_text('users: {"18000000007": 3}\n')
    suite.ini(
        "simulator_scenarios = worlds",
        "simulator_scenario = quiet",
        "simulator_seed = 7",
        "simulator_population = people.yaml",
        "simulator_tls = auto",
        "simulator_server = thread",
    )
    suite.write(
        conftest=TELLS,
        test_it="""
        import threading
        from vendor import query

        def test_it(simulator, simulator_options):
            assert query(simulator) == 418
            assert simulator_options["seed"] == "7"
            assert simulator_options["population"].endswith("people.yaml")
            assert simulator.ca_file
            assert any(thread.name.startswith("simulator") for thread in threading.enumerate())
        """,
    )
    suite.passes(1)
    suite.passes(1, "--rootdir", str(suite.folder), "-c", "pytest.ini")
    assert values_written(suite, "tls") == {"auto"}


@pytest.mark.parametrize("how", ["option", "environment"])
@pytest.mark.slow
def test_a_server_that_runs_already_is_used(suite: Suite, how: str) -> None:
    suite.write(conftest=TELLS, test_it="def test_it(simulator): pass\n")
    with running() as server:
        if how == "option":
            suite.passes(1, "--simulator-url", server.control_url)
        else:
            suite.passes(1, OIFDE_CONTROL=server.control_url)
        assert values_written(suite, "control") == {server.control_url}


@pytest.mark.slow
def test_a_token_of_a_server_that_runs_already_is_in_the_environment(suite: Suite) -> None:
    suite.write(test_it="def test_it(simulator): pass\n")
    with running(control_token="0123456789abcdef") as server:
        suite.passes(1, OIFDE_CONTROL=server.control_url, OIFDE_CONTROL_TOKEN="0123456789abcdef")
        assert "1 error" in suite.run("--simulator-url", server.control_url).stdout


@pytest.mark.slow
def test_a_suite_of_run_uses_its_server(suite: Suite) -> None:
    suite.write(
        conftest=TELLS,
        test_it="""
        import os

        def test_it(simulator):
            assert simulator.control.url == os.environ["OIFDE_CONTROL"]
            assert simulator.url == os.environ["OIFDE_URL"]
            assert open(simulator.ca_file).read() == open(os.environ["OIFDE_CA_FILE"]).read()
        """,
    )
    done = subprocess.run(
        [*command("run"), "--", *suite.command("-n", "2")],
        cwd=suite.folder,
        env=suite.environment(),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "with a worker"])
@pytest.mark.slow
def test_the_server_ends_when_pytest_is_killed(suite: Suite, workers: tuple[str, ...]) -> None:
    suite.write(
        test_it="""
        import os, sys, signal, time

        def test_it(simulator):
            with open(os.environ["TELL"], "w") as tell:
                tell.write(simulator.control.url)
            signal.pause()
        """
    )
    pipe = suite.folder / "tell"
    os.mkfifo(pipe)
    pytest_ = subprocess.Popen(
        suite.command(*workers),
        cwd=suite.folder,
        env=suite.environment(TELL=str(pipe)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    with pytest_, socket.create_connection(_place(pipe.read_text()), PATIENCE) as watching:
        pytest_.send_signal(signal.SIGKILL)
        assert watching.recv(1) == b""


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port
