"""What .ci/run does with tests that fail: they are run once more by themselves, and never pass unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from serving import PATIENCE, REPOSITORY, environment

SCRIPT = REPOSITORY / ".ci" / "once_more"
if not SCRIPT.exists():
    pytest.skip("there is no .ci here: this is not a checkout", allow_module_level=True)

pytestmark = pytest.mark.slow(seconds=20)

SUITE = """
import pytest
from pathlib import Path

@pytest.mark.parametrize("number", range(6))
def test_number(number):
    met = Path(f"met-{{number}}")
    first, _ = not met.exists(), met.touch()
    assert number not in {always} and not (first and number in {once})
"""
PYTEST = (sys.executable, "-m", "pytest")
PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin,pytest_cov.plugin"}


def done(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that tests by the script."""
    return subprocess.run(
        [str(SCRIPT), sys.executable, *(command or PYTEST)],
        cwd=folder,
        env=environment(**PLUGINS),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    ("once", "always", "code", "named"),
    [
        ([], [], 0, []),
        ([2], [], 0, ["test_suite.py::test_number[2]"]),
        ([1, 2, 3], [], 0, [f"test_suite.py::test_number[{each}]" for each in (1, 2, 3)]),
        ([], [4], 1, []),
        ([2], [4], 1, []),
    ],
    ids=["none", "one at first", "three at first", "one always", "one at first and one always"],
)
def test_a_test_that_passes_by_itself_is_named(
    tmp_path: Path, once: list[int], always: list[int], code: int, named: list[str]
) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE.format(once=once, always=always))
    run = done(tmp_path)
    lines = run.stdout.splitlines()
    told = [line.removeprefix("passed only by itself: ") for line in lines if line.startswith("passed only")]
    assert (run.returncode, told) == (code, named), run.stdout + run.stderr
    assert ("-- once more" in run.stdout) == bool(once or always)


def test_more_than_three_failures_are_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE.format(once=[1, 2, 3, 4], always=[]))
    run = done(tmp_path)
    assert (run.returncode, "-- once more" in run.stdout) == (1, False)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_that_runs_no_test_keeps_its_code(tmp_path: Path, code: int) -> None:
    run = done(tmp_path, "sh", "-c", f"exit {code}")
    assert (run.returncode, run.stdout) == (code, "")


def test_a_module_that_cannot_be_read_fails(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text("import nothing_of_this_name")
    assert done(tmp_path).returncode != 0
