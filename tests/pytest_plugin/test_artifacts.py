"""`--simulator-artifacts`: what the plugin writes of failed tests and of servers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from inner import Suite
from oifde_simulator.pytest_plugin.artifacts import merged_coverage

pytest_plugins = ("inner",)

TESTS = """
import pathlib
import pytest
from vendor import query

def remember(simulator):
    with pathlib.Path("secrets").open("a") as file:
        file.write(f"{simulator.auth_token} {simulator.app_secret} ")

@pytest.mark.scenario("fail-twice")
@pytest.mark.parametrize("way", ["a/b", "\\u65e5"])
def test_fails(simulator, way):
    remember(simulator)
    assert query(simulator, pagenum="1") == 200

def test_passes(simulator):
    assert query(simulator) == 200

@pytest.fixture
def torn(simulator):
    yield
    raise RuntimeError

def test_is_torn(torn, simulator, simulator_factory):
    remember(simulator)
    query(simulator)
    query(simulator_factory("outage"))

@pytest.fixture(scope="module")
def kept(simulator_factory):
    return simulator_factory(rules=[{"name": "down", "respond": {"status": 503}}])

def test_asks_before(kept):
    assert query(kept) == 503

def test_asks_again(kept):
    remember(kept)
    assert query(kept) == 200

@pytest.mark.simulator(tls="auto")
def test_over_tls(simulator):
    import urllib.request
    urllib.request.urlopen(simulator.url)

def test_without():
    raise AssertionError
"""


def statuses(path: Path) -> list[int]:
    return [json.loads(line)["status"] for line in path.read_text().splitlines()]


def by_test(folder: Path, suffix: str) -> dict[str, Path]:
    """Map names of failed tests to their folders."""
    found = {}
    for path in (folder / "failed").iterdir():
        assert path.name.endswith(suffix)
        found[path.name.removesuffix(suffix)] = path
    return found


@pytest.mark.slow(seconds=4)
@pytest.mark.parametrize(("workers", "suffix"), [((), ""), (("-n", "1"), ".gw0")], ids=["alone", "xdist"])
def test_failed_tests_and_servers_have_their_files(
    workers: tuple[str, ...], suffix: str, suite: Suite
) -> None:
    suite.write(test_it=TESTS)
    said = suite.run(*workers, "--simulator-artifacts", "out/of").stdout
    assert "5 failed, 3 passed, 1 error" in said
    folder = suite.folder / "out" / "of"
    failed = by_test(folder, suffix)
    fails = sorted(name for name in failed if name.startswith("test_it-test_fails-"))
    assert len(fails) == 2
    assert set(failed) - set(fails) == {
        "test_it-test_is_torn", "test_it-test_asks_again", "test_it-test_over_tls",
    }  # fmt: skip
    for name in fails:
        assert statuses(failed[name] / "journal.jsonl") == [503]
        assert len(json.loads((failed[name] / "journal.har").read_bytes())["log"]["entries"]) == 1
        assert "by rule fail-twice" in (failed[name] / "report.txt").read_text()
        assert f"artifacts: {failed[name]}" in said
    torn = failed["test_it-test_is_torn"]
    assert [statuses(torn / f"journal-{number}.jsonl") for number in (1, 2)] == [[200], [503]]
    assert statuses(failed["test_it-test_asks_again"] / "journal.jsonl") == [503]
    log = (failed["test_it-test_over_tls"] / "simulator.log").read_text()
    assert log.count("a TLS handshake failed") == 1
    for server in ("server", "server-2"):
        found = {each.name for each in (folder / server).iterdir()}
        assert found == {"journal.jsonl", "journal.har", "metrics.txt", "simulator.log"}
    suites = ElementTree.parse(folder / "coverage.xml").getroot()
    assert {"fail-twice", "outage"} <= {each.get("name") for each in suites}
    texts = [each.read_text() for each in folder.rglob("*") if each.is_file()]
    secrets = (suite.folder / "secrets").read_text().split()
    assert len(secrets) == 8
    assert not [secret for secret in secrets for text in texts if secret in text]
    assert not list(folder.rglob("*.part"))


@pytest.mark.slow
def test_a_set_up_that_failed_is_told_by_its_message_and_has_a_report(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.scenario("call-centre")
        def test_of_no_scenario(simulator):
            pass

        @pytest.mark.simulator(population="nowhere")
        def test_of_no_server(simulator):
            pass

        @pytest.fixture
        def own():
            pytest.fail("of another", pytrace=False)

        def test_without(own):
            pass
        """
    )
    said = suite.run("--simulator-artifacts", "out").stdout
    assert "3 errors" in said
    assert "All traceback entries are hidden" not in said
    failed = by_test(suite.folder / "out", "")
    texts = {name: (path / "report.txt").read_text() for name, path in failed.items()}
    assert texts.keys() == {"test_it-test_of_no_scenario", "test_it-test_of_no_server"}
    for (name, text), message in zip(sorted(texts.items()), ('"call-centre"', "nowhere"), strict=True):
        assert message in text
        assert said.count(text.strip()) == 1
        assert f"artifacts: {failed[name]}" in said


@pytest.mark.slow
def test_a_run_begins_without_the_failed_tests_of_another(suite: Suite) -> None:
    suite.write(test_a="def test_fails(simulator): raise AssertionError", test_b="def test_passes(): pass")
    to = ("--simulator-artifacts", "out")
    failed, kept = suite.folder / "out" / "failed", suite.folder / "out" / "mine.txt"
    suite.run(*to, "test_a.py")
    kept.touch()
    suite.run(*to, "--collect-only", "test_b.py")
    assert [each.name for each in failed.iterdir()] == ["test_a-test_fails"]
    suite.run("-n", "2", *to, "test_a.py")
    (name,) = (each.name for each in failed.iterdir())
    assert name.rstrip("01") == "test_a-test_fails.gw"
    suite.passes(1, *to, "test_b.py")
    assert not failed.exists()
    assert kept.exists()


@pytest.mark.slow
@pytest.mark.parametrize(("options", "remain"), [((), True), (("--continue-on-collection-errors",), False)])
def test_the_failed_tests_of_an_earlier_run_stay_where_none_is_run(
    options: tuple[str, ...], remain: bool, suite: Suite
) -> None:
    suite.write(
        test_a="def test_fails(simulator): raise AssertionError",
        test_b="def test_passes(): pass",
        test_wrong="import nothing_of_that_name",
    )
    to = ("--simulator-artifacts", "out")
    suite.run(*to, "test_a.py")
    assert "1 error" in suite.run(*to, *options, "test_b.py", "test_wrong.py").stdout
    assert (suite.folder / "out" / "failed" / "test_a-test_fails" / "report.txt").exists() is remain


@pytest.mark.slow
def test_servers_of_a_worker_have_folders_of_its_own(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        @pytest.fixture(scope="session")
        def simulator_options(simulator_options, worker_id):
            return {**simulator_options, "seed": worker_id}

        def test_it(simulator):
            query(simulator)
        """
    )
    suite.ini("simulator_artifacts = out")
    (suite.folder / "below").mkdir()
    suite.passes(1, "-n", "1", "test_it.py")
    assert {each.name for each in (suite.folder / "out").iterdir()} == {"server.gw0", "coverage.xml"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_what_is_not_written_is_told(workers: tuple[str, ...], suite: Suite) -> None:
    suite.write(
        test_it="""
        import pathlib
        import pytest
        from vendor import query

        @pytest.mark.simulator(strict=True)  # whose server is the worker's own
        def test_fails(simulator):
            pathlib.Path("out/failed").touch()
            for name in ("server", "server.gw0"):
                pathlib.Path(f"out/{name}").touch()
            query(simulator)
            raise AssertionError
        """
    )
    said = suite.run(*workers, "--simulator-artifacts", "out").stdout
    assert "1 failed" in said
    lost = f"{suite.folder}/out/failed/test_it-test_fails"
    assert f"{lost}{'.gw0' * ('-n' in workers)}/journal.har is not written: Not a directory" in said
    summary = said.partition("oifde-simulator: artifacts that are missing")[2]
    assert summary.count("is not written: File exists") + summary.count("is not written: Not a dir") == 4


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_ends_the_session_at_its_start(suite: Suite) -> None:
    suite.write(test_it="def test_it(): pass")
    done = suite.run("--simulator-artifacts", "vendor.py")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--simulator-artifacts {suite.folder}/vendor.py: cannot be written: File exists" in done.stderr
    assert "passed" not in done.stdout


@pytest.mark.slow(seconds=3)
def test_without_the_option_no_folder_is_made(suite: Suite) -> None:
    suite.write(test_it="from vendor import query\ndef test_it(simulator): assert query(simulator) == 404")
    before = set(suite.folder.iterdir())
    said = suite.run().stdout
    assert "1 failed" in said
    assert "artifacts" not in said
    assert {each.name for each in set(suite.folder.iterdir()) - before} <= {"test_it.py", "__pycache__"}


def covered(rule: str, fired: int, *, bundled: bool = False) -> dict[str, object]:
    """Coverage of a server with one rule of the scenario acme, as its control plane tells it."""
    rules = [{"rule": rule, "bundled": bundled, "fired": fired, "faults": []}]
    return {"scenarios": [{"scenario": "acme", "asked": True, "rules": rules}]}


def test_a_rule_has_fired_that_has_at_one_server() -> None:
    documents = [
        covered("down", 0),
        covered("down", 2),
        covered("idle", 0),
        covered("other", 0, bundled=True),
    ]
    (suite,) = ElementTree.fromstring(merged_coverage(documents))
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("acme", "3", "1")
    assert [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None] == [
        "idle"
    ]
    assert suite.find("testcase[@name='other']/skipped") is not None


@pytest.mark.slow
def test_a_set_up_that_failed_has_its_path_without_a_heading(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.scenario("outtage")
        def test_it(simulator):
            pass
        """
    )
    said = str(suite.run("--simulator-artifacts", "found").stdout)
    assert "artifacts: " in said
    assert "outtage" in said
    assert "oifde-simulator journal" not in said
