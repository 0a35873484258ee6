"""The fixture `simulator` in suites of other projects."""

from __future__ import annotations

import os
import re

import pytest

from inner import APPLICATION, ASYNCHRONOUS, Ran, Suite

pytest_plugins = ("inner",)

STRICT = ("filterwarnings = error", "asyncio_default_fixture_loop_scope = function")

WHAT_IT_IS = """
import pytest
from vendor import GETTOKEN, post, query

def test_a_good_day(simulator):
    assert query(simulator) == 200
    assert simulator.credentials["tenantId"] == simulator.tenant_id
    assert simulator.credentials["authToken"] == simulator.auth_token
    assert simulator.url.startswith("http://127.0.0.1:")
    assert simulator.ca_file is None
    answer = post(simulator.url + GETTOKEN, appKey=simulator.app_key, appSecret=simulator.app_secret)
    assert answer[1]["errorCode"] == 0
    assert simulator.journal.statuses == [200, 200]

@pytest.mark.scenario("fail-twice")
def test_a_scenario_by_name(simulator):
    assert [query(simulator) for _ in range(3)] == [503, 503, 200]

@pytest.mark.scenario({"rules": [{"name": "no", "respond": {"status": 500}}]})
class TestMarkedAsAWhole:
    def test_a_scenario_as_a_mapping(self, simulator):
        assert query(simulator) == 500

    @pytest.mark.scenario(rules=[{"name": "down", "times": 1, "respond": {"status": 429}}])
    def test_the_nearest_counts(self, simulator):
        assert [query(simulator), query(simulator)] == [429, 200]

    @pytest.mark.scenario("outage", rules=[{"name": "first", "times": 1, "respond": {"status": 500}}])
    def test_rules_before_those_of_a_scenario(self, simulator):
        assert [query(simulator), query(simulator)] == [500, 503]

before = []

@pytest.mark.parametrize("turn", [1, 2])
def test_the_tenant_of_a_test_goes_with_it(simulator, turn):
    before.append(simulator.tenant_id)
    if turn == 2:
        made = [tenant.id for tenant in simulator.control.tenants() if tenant.made]
        assert made == [simulator.tenant_id] != before[:1]
"""
NO_SCENARIO = """
import pytest

@pytest.mark.scenario("outtage")
def test_unknown(simulator): pass

@pytest.mark.scenario
def test_empty(simulator): pass

@pytest.mark.scenario("outage", rule=1)
def test_misspelled(simulator): pass
"""
FAILS = """
import pytest
from vendor import query

NEVER = {"name": "never", "match": {"request": {"userMobile": "0"}}, "faults": ["reset"]}

@pytest.mark.scenario("fail-twice", rules=[NEVER])
def test_fails(simulator):
    query(simulator, pageNum="1")
    query(simulator, userMobile="7" * 100)
    raise AssertionError

def test_passes(simulator):
    query(simulator, userMobile="18000000042")

def test_asks_nobody(simulator):
    raise AssertionError

def test_has_no_simulator():
    raise AssertionError
"""
CLOSED_BY_MODULE = """
import pytest

@pytest.fixture(scope="module", autouse=True)
def closed(simulator_control):
    simulator_control.close_listener()
    yield
    simulator_control.open_listener()

@pytest.mark.parametrize("turn", [1, 2])
def test_it(simulator, turn):
    assert not simulator.control.listener().open
"""

SLIPS = {
    "waits": 'simulator.journal.wait(count=3, timeout="1ms")',
    "verifies": "simulator.verify(count=3)",
    "misspells_a_field": 'simulator.verify(userMobil="1")',
    "misspells_a_scenario": 'simulator.use("outtage")',
    "misspells_a_rule": 'simulator.add_rules({"naem": "x"})',
    "finds": 'simulator.journal.find(userMobil="1")',
    "advances": 'simulator.clock.advance("1 hour")',
    "is_impatient": 'simulator.journal.wait(timeout="1 hour")',
}


@pytest.fixture(scope="module")
def ran(module_suite: Suite) -> Ran:
    """Run what needs no options, one module after the other."""
    slips = "".join(f"def test_{name}(simulator):\n    {line}\n" for name, line in SLIPS.items())
    module_suite.write(
        test_what_it_is=WHAT_IT_IS, test_no_scenario=NO_SCENARIO, test_fail=FAILS, test_slips=slips,
        test_port_of_module=CLOSED_BY_MODULE,
    )  # fmt: skip
    return module_suite.ran("--strict-markers")


@pytest.mark.slow(seconds=0.5)
def test_what_the_fixture_is(ran: Ran) -> None:
    assert ran.outcomes("test_what_it_is") == {"PASSED": 7}, ran.said


@pytest.mark.slow(seconds=0.5)
def test_a_scenario_that_is_none_is_an_error_of_the_test_with_its_reason(ran: Ran) -> None:
    assert ran.outcomes("test_no_scenario") == {"ERROR": 3}
    unknown, *others = (
        ran.report(f"ERROR at setup of test_{name}") for name in ("unknown", "empty", "misspelled")
    )
    assert re.search(r"(?m)^POST /tenants: 404: .*outtage", unknown)
    for each in others:
        assert "expected @pytest.mark.scenario(name or mapping), or (rules=[...])" in each


@pytest.mark.slow(seconds=0.5)
def test_a_failed_test_shows_its_journal_and_no_other(ran: Ran) -> None:
    assert ran.outcomes("test_fail") == {"FAILED": 3, "PASSED": 1}
    fails, asks_nobody, has_none = map(
        ran.report, ("test_fails", "test_asks_nobody", "test_has_no_simulator")
    )
    assert [each.count("oifde-simulator journal") for each in (fails, asks_nobody, has_none)] == [1, 1, 0]
    assert re.search(
        r"^#\d+ queryRecordHistory userMobile=18000000001 pageNum=1 -> 503 by rule fail-twice; "
        r"would have been 200 errorCode 0 total 40 records 40$",
        fails,
        re.M,
    )
    assert f"userMobile={'7' * 59}… -> " in fails
    assert re.search(r"^rule never never fired$", fails, re.M)
    assert "18000000042" not in ran.said
    assert re.search(r"^nobody asked as tenant \S+; give the client simulator.url", asks_nobody, re.M)


@pytest.mark.slow(seconds=0.5)
def test_a_port_that_a_fixture_of_the_module_has_closed_stays_closed(ran: Ran) -> None:
    assert ran.outcomes("test_port_of_module") == {"PASSED": 2}, ran.said


@pytest.mark.slow(seconds=0.5)
def test_a_failed_test_shows_its_own_line_and_none_of_ours(ran: Ran) -> None:
    assert ran.outcomes("test_slips") == {"FAILED": len(SLIPS)}
    for name, line in SLIPS.items():
        said = ran.report(f"test_{name}")
        assert f">       {line}" in said or f">   {line}" in said
    assert "simulator/oifde_simulator_client/" not in ran.said
    assert "ControlProblem: PUT /tenants/" in ran.report("test_misspells_a_scenario")


@pytest.mark.slow
def test_a_port_that_a_test_has_closed_is_told_and_open_for_the_next(suite: Suite) -> None:
    suite.write(
        test_it="""
        from urllib.error import URLError
        import pytest
        from vendor import query

        def test_fails_while_closed(simulator):
            query(simulator)
            simulator.control.close_listener()
            query(simulator)

        def test_closes_and_asks_nobody(simulator):
            simulator.control.close_listener()
            with pytest.raises(URLError, match="refused"):
                query(simulator)
            assert not simulator.journal.entries, "on purpose"
            raise AssertionError

        def test_finds_it_open(simulator):
            assert query(simulator) == 200
            raise AssertionError("here too")
        """
    )
    said = suite.run().stdout
    assert "3 failed" in said
    closed = r"^the vendor's port is closed \(by PUT /listener\), for everybody$"
    assert re.search(rf"{closed}\n^#\d+ queryRecordHistory", said, re.M)
    assert re.search(rf"{closed}\n^nobody asked as tenant", said, re.M)
    assert said.count("the vendor's port is closed") == 2
    assert "AssertionError: here too" in said


@pytest.mark.slow
def test_tls_that_a_test_has_broken_is_told_and_good_for_the_next(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest

        @pytest.fixture(scope="session")
        def simulator_options():
            return {"tls": "auto", "tls_fault": {"cut": 0}}
        """,
        test_it="""
        import ssl
        import urllib.request
        from urllib.error import URLError
        import pytest

        def ask(simulator, url):
            try:
                urllib.request.urlopen(url + "/nowhere", context=simulator.ssl_context)
            except URLError as error:
                return str(error)

        def test_breaks_it(simulator):
            simulator.control.break_tls("expired")
            assert "expired" in ask(simulator, simulator.url)
            raise AssertionError("on purpose")

        def test_finds_it_good(simulator):
            assert "404" in ask(simulator, simulator.url)
            assert "EOF" in ask(simulator, simulator.control.listener().tls_fault_url("cut"))
        """,
    )
    said = suite.run().stdout
    assert "1 failed, 1 passed" in said
    told = r"^TLS of the vendor's port is broken on purpose \(by PUT /listener\), for everybody: expired$"
    assert re.search(told, said, re.M)


MEETING = """
import os

def tell(name):
    with open(os.environ["MEETING"] + name, "w") as pipe:
        pipe.write(name)

def hear(name):
    with open(os.environ["MEETING"] + name) as pipe:
        assert pipe.read() == name
"""
"""Calls by which two workers wait for each other, at named pipes."""


@pytest.mark.skipif(os.name != "posix", reason="named pipes are of POSIX")
@pytest.mark.slow
def test_only_the_test_that_closed_the_port_opens_it_again(suite: Suite) -> None:
    suite.write(
        meeting=MEETING,
        test_it="""
        import pytest
        from meeting import hear, tell

        def test_closes(simulator):
            simulator.control.close_listener()
            tell("closed")
            hear("torn-down")
            assert not simulator.control.listener().open

        @pytest.fixture
        def tells_of_teardown():
            yield
            tell("torn-down")

        def test_meets_it_closed(tells_of_teardown, simulator):
            hear("closed")
            assert not simulator.control.listener().open
        """,
    )
    for name in ("closed", "torn-down"):
        os.mkfifo(suite.folder / name)
    suite.passes(2, "-n", "2", MEETING=f"{suite.folder}/")


@pytest.mark.slow
def test_a_test_asks_the_server_for_a_tenant_and_its_end_and_for_nothing_else(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest

        asked = []

        @pytest.fixture(scope="session")
        def simulator_control(simulator_control):
            request = simulator_control._transport.request

            def record(method, path, *body, **options):
                asked.append(f"{method} {path.split('/')[1]}")
                return request(method, path, *body, **options)

            simulator_control._transport.request = record
            return simulator_control

        def pytest_sessionfinish():
            assert asked == ["GET ca.pem", *["POST tenants", "DELETE tenants"] * 2]
        """,
        test_it="""
        def test_it(simulator): pass
        def test_again(simulator): pass
        """,
    )
    suite.passes(2)


@pytest.mark.slow
def test_a_report_is_made_even_when_the_server_is_gone(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest
        from oifde_simulator.client import Control
        from oifde_simulator.runtime.embedding import running
        from oifde_simulator.config import Settings

        @pytest.fixture(scope="session")
        def simulator_server():
            from oifde_simulator.runtime.embedding import Addresses
            global server
            server = running(Settings(port=0, control_port=0, tls="off"))
            yield Addresses(server.__enter__().control_url)
        """,
        test_it="""
        import conftest

        def test_fails(simulator):
            conftest.server.__exit__(None, None, None)
            raise AssertionError("for its own reason")
        """,
    )
    said = suite.run().stdout
    assert "for its own reason" in said
    assert "the journal cannot be shown: the control plane at http://127.0.0.1:" in said


@pytest.mark.slow
def test_every_client_works(suite: Suite) -> None:
    suite.write(
        test_it="""
        import aiohttp, httpx, requests
        from vendor import QUERY

        def body(simulator):
            return {**simulator.credentials, "userMobile": "18000000001"}

        def test_requests(simulator):
            answer = requests.post(simulator.url + QUERY, json=body(simulator), verify=simulator.ca_file)
            assert answer.json()["total"] == 40

        def test_httpx(simulator):
            answer = httpx.post(simulator.url + QUERY, json=body(simulator), verify=simulator.ssl_context)
            assert answer.json()["total"] == 40

        async def test_asynchronous_httpx(simulator):
            async with httpx.AsyncClient(verify=simulator.ssl_context) as client:
                assert (await client.post(simulator.url + QUERY, json=body(simulator))).json()["total"] == 40
            simulator.verify(count=1)

        async def test_aiohttp(simulator):
            connector = aiohttp.TCPConnector(ssl=simulator.ssl_context)
            async with aiohttp.ClientSession(connector=connector) as session:
                async with session.post(simulator.url + QUERY, json=body(simulator)) as answer:
                    assert (await answer.json())["total"] == 40
            simulator.verify(count=1)
        """
    )
    suite.plugins = ASYNCHRONOUS
    suite.ini("asyncio_mode = auto", *STRICT)
    suite.passes(4, "--simulator-tls", "off")
    suite.passes(4, "--simulator-tls", "auto")


@pytest.mark.slow
def test_pytest_aiohttp_serves_the_application_where_tests_are_marked_too(suite: Suite) -> None:
    suite.write(
        application=APPLICATION,
        test_it="""
        import pytest
        from application import my_application

        @pytest.mark.asyncio
        async def test_survives(simulator, aiohttp_client):
            simulator.use("fail-twice")
            client = await aiohttp_client(my_application(vendor=simulator.url, **simulator.credentials))
            async with client.get("/calls/18000000001") as response:
                assert (await response.json())["calls"] == 40
            simulator.verify(count=3)
        """,
    )
    suite.plugins = ASYNCHRONOUS
    suite.ini("asyncio_mode = strict", *STRICT)
    suite.passes(1)


@pytest.mark.slow
def test_a_suite_that_does_not_use_it_pays_nothing(suite: Suite) -> None:
    suite.write(
        conftest="""
        import sys

        def pytest_unconfigure(config):
            assert config.pluginmanager.has_plugin("oifde_simulator")
            dear = {"aiohttp", "orjson", "yaml", "multiprocessing", "ssl", "http.client"}
            ours = [name for name in sys.modules if name.startswith("oifde_simulator")]
            print("imported:", sorted(dear & sys.modules.keys()), sorted(ours))
        """,
        test_it="""
        def test_something(): pass
        def test_that_collects(simulator): pass
        """,
    )
    suite.plugins = ("oifde_simulator",)
    said = suite.run("--collect-only", "-s").stdout
    assert "2 tests collected" in said
    plugin = "oifde_simulator.pytest_plugin"
    light = [f"{plugin}.{name}" for name in ("fixtures", "options", "state")]
    assert f"imported: [] {['oifde_simulator', plugin, *light]}" in said
    assert "imported: []" in suite.passes(1, "-k", "something", "-s")


@pytest.mark.slow
def test_it_is_there_where_it_is_installed(suite: Suite) -> None:
    suite.plugins = ()
    suite.write(test_it="def test_it(simulator): pass\n")
    suite.passes(1, PYTEST_DISABLE_PLUGIN_AUTOLOAD="")
