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

from inner import APPLICATION, Suite
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


@pytest.fixture
def yours(suite: Suite) -> Suite:
    """Create a suite with a client and an application."""
    suite.write(calls=CALLS, application=f"{dedent(APPLICATION)}\n{OUTER_APPLICATION}")
    suite.ini("asyncio_mode = auto", *STRICT)
    return suite


@pytest.mark.slow
def test_the_example_works_word_for_word(yours: Suite) -> None:
    yours.write(test_it=EXAMPLE)
    yours.passes(1)


@pytest.mark.slow
def test_the_readme_shows_the_same_example() -> None:
    assert f"```python\n{EXAMPLE}```" in (REPOSITORY / "README.md").read_text()


@pytest.mark.slow
def test_markers_rules_and_time_work_as_written(yours: Suite) -> None:
    yours.write(test_it=MARKERS)
    yours.passes(3)


@pytest.mark.slow
def test_tenants_of_a_wider_scope_work_as_written(yours: Suite) -> None:
    yours.write(test_it=FACTORY)
    yours.passes(1)


@pytest.mark.slow
def test_strictness_and_options_by_markers_work_as_written(yours: Suite) -> None:
    yours.write(test_it=f"{STRICT_TEST}\n{MARKED}")
    yours.passes(3, "--strict-markers")


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["reset", "empty-response", "cut"])
def test_a_broken_connection_works_as_written(yours: Suite, fault: str) -> None:
    assert f'"{fault}"' in FAULT
    example = FAULT.replace('["reset"]', f'["{fault}"]')
    yours.write(test_it=example)
    yours.passes(1)


@pytest.mark.slow
def test_each_worker_has_a_server_as_written(yours: Suite) -> None:
    yours.write(
        conftest=f"import pytest\n{OWN_SERVERS}",
        test_it="""
        import pytest
        from urllib.error import URLError
        from vendor import query

        @pytest.mark.parametrize("turn", range(8))
        def test_closes_its_port(simulator, turn):
            assert query(simulator) == 200
            simulator.control.close_listener()
            with pytest.raises(URLError, match="refused"):
                query(simulator)
        """,
    )
    yours.passes(8, "-n", "2")


@pytest.mark.slow
def test_asynchronous_tests_work_as_written(yours: Suite) -> None:
    yours.write(test_it=AIOHTTP)
    yours.passes(1)


@pytest.mark.slow
def test_clients_over_tls_work_as_written(yours: Suite) -> None:
    yours.write(test_it=TLS)
    yours.passes(3, "--simulator-tls", "auto")


@pytest.mark.slow
def test_a_client_that_cannot_be_changed_trusts_the_authority_as_written(yours: Suite) -> None:
    yours.write(test_it=UNCHANGED)
    yours.passes(1, "--simulator-tls", "auto")


@pytest.mark.slow
def test_run_trust_beside_pytest_works_as_written(tmp_path: Path) -> None:
    (words,) = re.findall(r"`(oifde-simulator run --trust -- pytest -n 2)`", PAGE)
    (tmp_path / "calls.py").write_text(CALLS)
    lines = [line for line in UNCHANGED.splitlines(keepends=True) if "setenv" not in line]
    (tmp_path / "test_it.py").write_text("".join(lines))
    ours, _, theirs = words.partition(" -- ")
    done = subprocess.run(
        [*command(*ours.split()[1:]), "--", sys.executable, "-m", *theirs.split()], cwd=tmp_path,
        env=environment(), capture_output=True, text=True, timeout=3 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.slow
def test_the_fixture_overrides_as_written(yours: Suite) -> None:
    yours.write(
        conftest=f"import pytest\n{OVERRIDING}",
        test_it="""
        from vendor import query

        def test_it(simulator):
            assert simulator.url.startswith("https://")
            assert query(simulator, authToken="wrong") == 500
        """,
    )
    yours.passes(1)


@pytest.mark.slow
def test_the_ini_file_works_as_written(yours: Suite) -> None:
    (yours.folder / "tests" / "scenarios").mkdir(parents=True)
    (yours.folder / "tests" / "scenarios" / "quiet.yaml").write_text("{}\n")
    (yours.folder / "pytest.ini").write_text(INI)
    yours.write(test_it="def test_it(simulator):\n    assert simulator.control.tenant('quiet')\n")
    yours.passes(1)


@pytest.mark.slow
def test_a_failed_test_shows_the_line_that_the_page_shows(yours: Suite) -> None:
    yours.write(test_it=EXAMPLE.replace("count=3", "count=4"))
    said = yours.run().stdout
    form = re.escape(LINE.strip()).replace(r"\#1", r"#\d+")
    shown = re.search("^" + form.replace(r"18000000001\ ", r"18000000001 .*"), said, re.M)
    assert shown, said


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
