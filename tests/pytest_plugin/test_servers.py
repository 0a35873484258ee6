"""One server for each set of options, whatever the order of tests."""

from __future__ import annotations

import pytest

from inner import Suite

pytest_plugins = ("inner",)

PLAIN = """
from vendor import query

def test_plain(simulator, simulator_ca_file, simulator_control):
    assert simulator.url.startswith("http:")
    assert simulator_ca_file is None
    assert simulator.control is simulator_control
    assert query(simulator, authToken="wrong wrong") == 200
"""
TLS = """
from vendor import query

def test_tls(simulator, simulator_ca_file, simulator_control):
    assert simulator.url.startswith("https:")
    assert simulator.ca_file == simulator_ca_file != None
    assert simulator.control is simulator_control
    assert query(simulator, authToken="wrong wrong") == 418
"""
OVERRIDE = """
import pytest

@pytest.fixture(scope="session")
def simulator_options(simulator_options):
    return {**simulator_options, "tls": "auto", "error_status": 418}
"""


def folders(suite: Suite) -> None:
    """Write a folder without and one with options of its own, and a fixture of the session that both use."""
    for name, files in {
        "a": {"test_a": PLAIN},
        "b": {"test_b": TLS, "conftest": OVERRIDE},
    }.items():
        (suite.folder / name).mkdir()
        for stem, text in files.items():
            (suite.folder / name / f"{stem}.py").write_text(text)
    suite.ini("pythonpath = .", "filterwarnings = error")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")], ids="-".join)
@pytest.mark.slow
def test_a_folder_has_its_options_whichever_folder_ran_first(suite: Suite, order: tuple[str, ...]) -> None:
    folders(suite)
    suite.passes(2, *order)


@pytest.mark.slow
def test_workers_have_them_too(suite: Suite) -> None:
    folders(suite)
    suite.passes(2, "-n", "2")


@pytest.mark.slow
def test_a_class_has_options_and_the_tests_after_it_have_not(suite: Suite) -> None:
    body = TLS.partition("def ")[2].replace("\n", "\n    ").replace("test_tls(", "test_tls(self, ")
    fixture = OVERRIDE.partition("import pytest")[2].replace("\n", "\n    ")
    fixture = fixture.replace(
        "simulator_options(simulator_options)", "simulator_options(cls, simulator_options)"
    )
    fixture = fixture.replace('(scope="session")', '(scope="session")\n    @classmethod')
    suite.write(
        test_it=f"import pytest\n{PLAIN}\n\nclass TestTls:\n{fixture}\n    def {body}\n"
        + PLAIN.replace("test_plain", "test_plain_again")
    )
    suite.passes(3)


@pytest.mark.slow
def test_markers_mix_tls_and_plain_tests_and_each_set_of_options_has_one_server(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        seen, made = {}, []

        @pytest.fixture(scope="session")
        def application(simulator_factory):
            made.append(simulator_factory())
            return made[-1]

        @pytest.mark.parametrize(
            "tls",
            [pytest.param(tls, marks=pytest.mark.simulator(tls=tls)) for tls in ("auto", "off") * 2],
        )
        def test_it(simulator, simulator_factory, application, tls):
            assert query(simulator) == query(application) == 200
            assert simulator.url.startswith("https:" if tls == "auto" else "http:")
            second = simulator_factory("outage")
            assert (second.url, second.ca_file) == (simulator.url, simulator.ca_file)
            assert query(second) == 503
            assert seen.setdefault(tls, simulator.url) == simulator.url
            assert application.url.startswith("http:")
            assert len(made) == 1
        """
    )
    suite.passes(4)


@pytest.mark.slow
def test_workers_share_the_server_of_a_marker(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pathlib, pytest
        from vendor import query

        pytestmark = pytest.mark.simulator(tls="auto")

        @pytest.mark.parametrize("turn", range(6))
        def test_it(simulator, turn):
            assert query(simulator) == 200
            pathlib.Path(__file__).with_name(f"{turn}.url").write_text(simulator.url)
        """
    )
    suite.passes(6, "-n", "2")
    assert len({path.read_text() for path in suite.folder.glob("*.url")}) == 1


@pytest.mark.slow
def test_unknown_options_are_named_with_the_likely_one(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest

        @pytest.fixture(scope="session")
        def simulator_options(simulator_options, request):
            return {**simulator_options, "eror_status": 500}
        """,
        test_it="""
        import pytest

        @pytest.mark.simulator(tsl="auto")
        def test_it(simulator): pass

        @pytest.mark.simulator("auto")
        def test_positional(simulator): pass
        """,
    )
    said = suite.run().stdout
    assert (
        'simulator_options: expected options of serve, found "eror_status"; did you mean "error_status"?'
        in said
    )
    assert '@pytest.mark.simulator: expected (tls="auto") or other options' in said
    (suite.folder / "conftest.py").unlink()
    said = suite.run().stdout
    assert '@pytest.mark.simulator: expected options of serve, found "tsl"; did you mean "tls"?' in said
