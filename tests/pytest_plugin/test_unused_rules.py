"""Rules of the user that never fired, at the end of a run."""

from __future__ import annotations

import pytest

from inner import Suite

pytest_plugins = ("inner",)

TITLE = "oifde-simulator: rules that never fired"


@pytest.fixture
def covered(suite: Suite) -> Suite:
    """Create a suite whose scenario has rules of which one never fires."""
    (suite.folder / "acme.yaml").write_text(
        "rules:\n"
        "  - {name: one, match: {request: {pageNum: '1'}}, respond: {status: 503}}\n"
        "  - {name: two, match: {request: {pageNum: '2'}}, respond: {status: 503}}\n"
        "  - {name: never, match: {request: {pageNum: '3'}}, respond: {status: 503}}\n"
    )
    suite.ini("simulator_scenarios = acme.yaml")
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.scenario("acme")
        @pytest.mark.parametrize("page", ["1", "2"])
        def test_it(simulator, page):
            assert query(simulator, pageNum=page) == 503

        @pytest.mark.scenario("fail-twice")
        def test_of_the_gallery(simulator):
            assert query(simulator) == 503
        """
    )
    return suite


@pytest.mark.slow
def test_the_summary_names_them(covered: Suite) -> None:
    said = covered.passes(3)
    assert f"{TITLE} ---" in said.replace("=", "-").replace("_", "-")
    assert "scenario acme: rule never\n" in said
    assert said.count("scenario acme: rule") == 1


@pytest.mark.slow
def test_servers_of_workers_and_options_count_together(covered: Suite) -> None:
    covered.write(conftest="import pytest\n")
    text = (covered.folder / "test_it.py").read_text()
    covered.write(test_it=text.replace("def test_it", '@pytest.mark.simulator(seed="7")\ndef test_it'))
    covered.write(test_again=text.replace('["1", "2"]', '["1"]'))
    said = covered.run("-n", "2").stdout
    assert "5 passed" in said
    assert said.count("scenario acme: rule") == 1


@pytest.mark.slow
def test_they_fail_the_run_on_request_and_are_left_out_on_request(covered: Suite) -> None:
    for workers in ((), ("-n", "1")):
        done = covered.run("--simulator-coverage", "fail", *workers)
        assert done.returncode == 1
        assert "3 passed" in done.stdout
        assert f"{TITLE} (they fail this run: --simulator-coverage fail)" in done.stdout
        assert "scenario acme: rule never\n" in done.stdout
    assert TITLE not in covered.passes(3, "--simulator-coverage", "off")
    (covered.folder / "acme.yaml").write_text("rules: [{name: one, respond: {status: 503}}]\n")
    assert TITLE not in covered.passes(3, "--simulator-coverage", "fail")
