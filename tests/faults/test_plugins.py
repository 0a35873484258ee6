"""Faults that other distributions bring, each installed into a folder of its own and met by a new process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fault_plugins import fault_module, install
from serving import PATIENCE, environment

SCENARIO = """\
clock: "2026-01-01T00:00:00Z"
tenant: {{tokens: ["0dbe11892be840cf983453ea70b505de"]}}
rules: [{{name: all, faults: [{item}]}}]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a folder to install into."""
    return tmp_path / "site"


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the simulator where the distributions of `site` are installed."""
    return subprocess.run(
        [sys.executable, "-m", "oifde_simulator", *arguments],
        cwd=site.parent,
        env=environment(PYTHONPATH=str(site)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def scenario(site: Path, item: str) -> str:
    """Write a scenario with one fault; return the name of its file."""
    (site.parent / "acme.yaml").write_text(SCENARIO.format(item=item))
    return "acme.yaml"


def explained(site: Path, item: str) -> tuple[dict[str, object], str]:
    """Explain what a query meets: the turn, and what stands on standard error."""
    (site.parent / "query.json").write_text('{"userMobile": "18000000001"}')
    done = run(site, "explain", "--json", scenario(site, item), "query.json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["turns"][0], done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("place", ["acme_faults", "acme_faults:Repeat"], ids=["a module", "a class"])
def test_a_fault_of_a_plugin_is_checked_explained_and_written_for_editors(site: Path, place: str) -> None:
    install(site, "acme", {"any": place}, acme_faults=fault_module("acme-repeat"))
    good = run(site, "check", scenario(site, "acme-repeat"))
    assert (good.returncode, good.stderr) == (0, "")
    wrong = run(site, "check", scenario(site, "{acme-repeat: 99}"))
    assert "acme-repeat: expected at most 10" in wrong.stdout
    turn, errors = explained(site, "{acme-repeat: 3}")
    assert str(turn).count("recordList") >= 2
    assert not errors
    assert run(site, "new", "mine").returncode == 0
    schema = json.loads((site.parent / "oifde-scenario.schema.json").read_text())
    assert "acme-repeat" in schema["$defs"]["fault"]["properties"]


BROKEN = {
    "no such module": ({"odd": "nowhere"}, "ModuleNotFoundError: No module named 'nowhere'"),
    "a module that fails": ({"odd": "failing"}, "ZeroDivisionError: division by zero"),
    "a module that exits": ({"odd": "exiting"}, "SystemExit: 3"),
    "a module that ends with what is no error": ({"odd": "ending"}, "Ending: for good reason"),
    "a module that is cancelled": ({"odd": "cancelled"}, "left out: CancelledError"),
    "no such class": ({"odd": "acme_faults:Nothing"}, "AttributeError: "),
    "no fault": ({"odd": "json"}, 'expected a fault, or a module with faults, at "json", found none'),
    "not declared": ({"odd": "bare:Bare"}, "expected a fault, or a module with faults"),
    "a name that is no name": (
        {"odd": "misnamed"},
        "expected a name of lower-case words such as big-headers",
    ),
    "not frozen": ({"odd": "unfrozen"}, "expected a frozen dataclass that extends Fault"),
    "a field that is no setting": ({"odd": "plain"}, 'expected "times" to be declared by a function of'),
    "no example": ({"odd": "unproven"}, "expected at least one example"),
    "no such main setting": ({"odd": "mainless"}, 'expected main to be a setting, found "count"'),
    "an example that does not fit": ({"odd": "example"}, "the example 3 of odd does not fit its settings"),
    "the name of a built-in fault": (
        {"odd": "taken"},
        'the name "cut" is taken by a built-in fault; choose another',
    ),
}
MODULES = {
    "acme_faults": fault_module("acme-repeat"),
    "failing": "1 / 0",
    "exiting": "import sys\nsys.exit(3)",
    "ending": "class Ending(BaseException): ...\nraise Ending('for\\ngood\\nreason')",
    "cancelled": "import asyncio\nraise asyncio.CancelledError",
    "bare": fault_module("bare").replace("@fault", "# @fault").replace("Repeat", "Bare"),
    "misnamed": fault_module("Not A Name"),
    "unfrozen": fault_module("odd").replace("frozen=True, ", ""),
    "plain": fault_module("odd").replace("settings.whole(", "int(2) #"),
    "unproven": fault_module("odd").replace("[None, 3]", "[]"),
    "mainless": fault_module("odd").replace('main="times"', 'main="count"'),
    "example": fault_module("odd").replace("most=10", "most=2"),
    "taken": fault_module("cut"),
}


@pytest.fixture(scope="module")
def beside_broken(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Check a scenario with the fault of a sound plugin, beside all that are broken."""
    site = tmp_path_factory.mktemp("broken") / "site"
    for number, (entries, _) in enumerate(BROKEN.values()):
        install(site, f"broken{number}", entries, **MODULES)
    install(site, "sound", {"sound": "sound"}, sound=fault_module("sound"))
    return run(site, "check", scenario(site, "sound"))


@pytest.mark.slow(seconds=0.1)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_one_line_and_takes_nothing_else_along(
    beside_broken: subprocess.CompletedProcess[str], name: str
) -> None:
    done = beside_broken
    assert (done.returncode, done.stdout) == (0, "acme.yaml: good: tenant acme, 0 records, 1 rule\n")
    lines = done.stderr.splitlines()
    assert len(lines) == len(BROKEN)
    told = f"fault plugin odd of broken{list(BROKEN).index(name)} 1.0 is left out: "
    (line,) = (line for line in lines if line.startswith(told))
    assert BROKEN[name][1] in line


@pytest.mark.slow(seconds=1)
def test_of_two_plugins_with_one_name_the_first_distribution_wins(site: Path) -> None:
    install(site, "aaa", {"x": "first"}, first=fault_module("twin", "return ()"))
    install(site, "bbb", {"x": "second"}, second=fault_module("twin"))
    done = run(site, "check", scenario(site, "twin"))
    assert done.returncode == 0
    assert done.stderr == (
        'fault plugin x of bbb 1.0 is left out: the name "twin" is taken by another plugin; choose another\n'
    )


@pytest.mark.slow
def test_a_built_in_fault_stays_what_it_is_and_reads_no_plugin(site: Path) -> None:
    install(site, "taker", {"x": "taken"}, taken="print('read')\n" + fault_module("cut"))
    turn, errors = explained(site, "cut")
    assert "Close" in str(turn) or "close" in str(turn)
    assert not errors
    done = run(site, "check", scenario(site, "cut"))
    assert (done.returncode, done.stdout.count("read"), done.stderr) == (0, 0, "")


FAILING = {
    "it raises": ('raise KeyError("size")', "KeyError: 'size'"),
    "it returns no script": (
        "return list(script)",
        "expected a tuple of Send, Wait, Close and Reset, found [",
    ),
    "it returns nothing": ("return None", "found None"),
    "it exits": ("raise SystemExit(3)", "SystemExit: 3"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("body", "reason"), FAILING.values(), ids=FAILING.keys())
def test_a_fault_that_fails_is_one_line_and_the_honest_answer_is_sent(
    site: Path, body: str, reason: str
) -> None:
    install(site, "acme", {"x": "acme_faults"}, acme_faults=fault_module("fails", body))
    turn, errors = explained(site, "fails")
    assert "nothing in this answer for fails to spoil" in str(turn)
    (line,) = errors.splitlines()
    assert line.startswith("fault fails failed and is left out: ")
    assert reason in line


@pytest.mark.slow(seconds=1)
def test_an_unknown_fault_names_those_of_plugins_too(site: Path) -> None:
    install(site, "acme", {"x": "acme_faults"}, acme_faults=fault_module("acme-repeat"))
    done = run(site, "check", scenario(site, "acme-repaet"))
    assert done.returncode == 1
    assert 'unknown fault "acme-repaet"; did you mean "acme-repeat"?' in done.stdout
