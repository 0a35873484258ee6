"""docs/pytest.md: every block is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest

from inner import APPLICATION, ASYNCHRONOUS, Ran, Suite
from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import flag_name
from serving import PATIENCE, REPOSITORY, command, environment, running

pytest_plugins = ("inner",)

STRICT = ("filterwarnings = error", "asyncio_default_fixture_loop_scope = function")
PAGE = (REPOSITORY / "docs" / "pytest.md").read_text()


def blocks(language: str) -> list[str]:
    """Find the fenced blocks of the page in a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.M | re.S)
    return [text for name, text in found if name == language]


CALLS, EXAMPLE, MARKERS, FACTORY, STRICT_TEST, FAULT, OWN_SERVERS, *REST = blocks("python")
AIOHTTP, TLS, UNCHANGED, OVERRIDING, MARKED, CLIENT, THREAD = REST
(LINE,) = blocks("text")
(INI,) = blocks("ini")
(RUN,) = blocks("sh")

OUTER_APPLICATION = """
class Application:
    def __init__(self, url, credentials, vendor):
        self.vendor = vendor
        assert (url, credentials) == (vendor.url, vendor.credentials)

    def status(self):
        from vendor import query
        return query(self.vendor)
"""
"""Application of a reader who has a tenant of the whole session."""


OF_OVERRIDING = """
from vendor import query

def test_it(simulator):
    assert simulator.url.startswith("https://")
    assert query(simulator, authToken="wrong") == 500
"""
ALL = {
    "example": (EXAMPLE, 1),
    "markers": (MARKERS, 3),
    "wider": (FACTORY, 1),
    "strict": (STRICT_TEST, 1),
    "marked": (MARKED, 2),
    "asynchronous": (AIOHTTP, 1),
    "reset": (FAULT, 1),
    "empty": (FAULT.replace('["reset"]', '["empty-response"]'), 1),
    "cut": (FAULT.replace('["reset"]', '["cut"]'), 1),
}
"""Blocks that are modules of one suite, and the number of tests that pass in each."""


def with_application(suite: Suite) -> Suite:
    """Add a client and an application to a suite."""
    suite.write(calls=CALLS, application=f"{dedent(APPLICATION)}\n{OUTER_APPLICATION}")
    suite.ini("asyncio_mode = auto", *STRICT)
    suite.plugins = ASYNCHRONOUS
    return suite


@pytest.fixture
def yours(suite: Suite) -> Suite:
    """Create a suite with a client and an application."""
    return with_application(suite)


@pytest.fixture(scope="module")
def ran(module_suite: Suite) -> Ran:
    """Run all that is for a server without options, and a folder with options of its own."""
    suite = with_application(module_suite)
    suite.write(**{f"test_{name}": text for name, (text, _) in ALL.items()})
    suite.write(test_fails=EXAMPLE.replace("count=3", "count=4"))
    (suite.folder / "overriding").mkdir()
    (suite.folder / "overriding" / "conftest.py").write_text(f"import pytest\n{OVERRIDING}")
    (suite.folder / "overriding" / "test_overriding.py").write_text(OF_OVERRIDING)
    return suite.ran("--strict-markers")


@pytest.mark.slow(seconds=0.3)
@pytest.mark.parametrize("name", ALL)
def test_an_example_works_word_for_word(ran: Ran, name: str) -> None:
    text, number = ALL[name]
    assert text.count("def test_") == number
    assert ran.outcomes(f"test_{name}") == {"PASSED": number}, ran.said


def test_each_broken_connection_that_it_names_is_tried() -> None:
    assert '["reset"]})  # or "empty-response", "cut"' in FAULT


def test_the_readme_shows_the_same_example() -> None:
    assert f"```python\n{EXAMPLE}```" in (REPOSITORY / "README.md").read_text()


@pytest.mark.slow(seconds=0.3)
def test_the_fixture_overrides_as_written(ran: Ran) -> None:
    assert ran.outcomes("overriding/test_overriding") == {"PASSED": 1}, ran.said


@pytest.mark.slow(seconds=0.3)
def test_a_failed_test_shows_the_line_that_the_page_shows(ran: Ran) -> None:
    assert ran.outcomes("test_fails") == {"FAILED": 1}
    form = re.escape(LINE.strip()).replace(r"\#1", r"#\d+")
    shown = re.search("^" + form.replace(r"18000000001\ ", r"18000000001 .*"), ran.said, re.M)
    assert shown, ran.said


@pytest.mark.slow
def test_each_worker_has_a_server_as_written(suite: Suite) -> None:
    suite.write(
        conftest=f"import pytest\n{OWN_SERVERS}",
        test_it="""
        import pytest
        from urllib.error import URLError
        from vendor import query

        @pytest.mark.parametrize("turn", range(4))
        def test_closes_its_port(simulator, turn):
            assert query(simulator) == 200
            simulator.control.close_listener()
            with pytest.raises(URLError, match="refused"):
                query(simulator)
        """,
    )
    suite.passes(4, "-n", "2")


@pytest.mark.slow
def test_clients_over_tls_work_as_written(yours: Suite) -> None:
    yours.write(test_it=TLS, test_unchanged=UNCHANGED)
    yours.passes(4, "--simulator-tls", "auto")


WITH_XDIST = "xdist.plugin,oifde_simulator.pytest_plugin"


@pytest.mark.slow
def test_run_trust_beside_pytest_works_as_written(tmp_path: Path) -> None:
    (words,) = re.findall(r"`(oifde-simulator run --trust -- pytest -n 2)`", PAGE)
    (tmp_path / "calls.py").write_text(CALLS)
    lines = [line for line in UNCHANGED.splitlines(keepends=True) if "setenv" not in line]
    (tmp_path / "test_it.py").write_text("".join(lines))
    ours, _, theirs = words.partition(" -- ")
    done = subprocess.run(
        [*command(*ours.split()[1:]), "--", sys.executable, "-m", *theirs.split()], cwd=tmp_path,
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_PLUGINS=WITH_XDIST),
        capture_output=True, text=True, timeout=3 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.slow
def test_the_ini_file_works_as_written(suite: Suite) -> None:
    (suite.folder / "tests" / "scenarios").mkdir(parents=True)
    (suite.folder / "tests" / "scenarios" / "quiet.yaml").write_text("{}\n")
    (suite.folder / "pytest.ini").write_text(INI)
    suite.write(test_it="def test_it(simulator):\n    assert simulator.control.tenant('quiet')\n")
    suite.passes(1)


def run_python(text: str, folder: Path) -> str:
    """Run a program and return its output."""
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_client_works_as_written(tmp_path: Path) -> None:
    with running() as server:
        assert "http://127.0.0.1:8444" in CLIENT
        printed = run_python(CLIENT.replace("http://127.0.0.1:8444", server.control_url), tmp_path)
    assert printed.startswith(f"{server.data_url} {{'tenantId': ")


@pytest.mark.slow
def test_a_server_in_a_thread_works_as_written(tmp_path: Path) -> None:
    printed = run_python(THREAD, tmp_path)
    assert re.match(r"https://127\.0\.0\.1:\d+ http://127\.0\.0\.1:\d+ b'-----BEGIN CERTIFICATE", printed)


@pytest.mark.parametrize("line", RUN.splitlines())
@pytest.mark.slow
def test_the_lines_of_run_are_commands(line: str, tmp_path: Path) -> None:
    (tmp_path / "tests" / "scenarios").mkdir(parents=True)
    (tmp_path / "tests" / "scenarios" / "acme.yaml").write_text("{}\n")
    given = shlex.split(line)
    end = given.index("--")
    program = [sys.executable, "-c", "import os; print(os.environ['OIFDE_URL'])"]
    assert given[:2] == ["oifde-simulator", "run"]
    done = subprocess.run(
        [*command(*given[1:end]), "--", *program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("http")


@pytest.mark.slow
def test_every_option_it_names_is_there(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    ours = set(re.findall(r"--simulator-[a-z]+(?:-[a-z]+)*", suite.run("--help").stdout))
    assert set(re.findall(r"--simulator-[a-z]+(?:-[a-z]+)*", PAGE)) == ours
    keys = {option.replace("-", "_").strip("_") for option in ours} | {"simulator_scenario"}
    assert set(re.findall(r"\| `(simulator_[a-z_]+)`", PAGE)) == keys
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    of_run = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))
    told = [entry for entry in fields(Settings) if entry.metadata["help"]]
    assert of_run >= {flag_name(entry) for entry in told} | {"--coverage", "--trust", "--artifacts"}
