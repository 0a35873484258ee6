"""`simulator_factory`: further tenants, in tests and in fixtures of any scope."""

from __future__ import annotations

import re

import pytest

from inner import ASYNCHRONOUS, Suite

pytest_plugins = ("inner",)

OF_SCOPES = """
import pytest

ids = {}

def tenant(scope):
    @pytest.fixture(scope=scope, name=f"of_{scope}")
    def made(simulator_factory):
        return simulator_factory("outage")
    return made

of_function, of_class, of_module, of_session = map(tenant, ("function", "class", "module", "session"))
"""
"""A conftest with a tenant for each scope."""

SCOPES = """
import pytest
from vendor import query
from conftest import ids

class Both:
    @pytest.mark.parametrize("turn", [1, 2])
    def test_it(self, of_function, of_class, of_module, of_session, simulator, turn):
        live = {each.id for each in simulator.control.tenants() if each.made}
        mine = (of_function, of_class, of_module, of_session, simulator)
        assert live == {each.tenant_id for each in mine}
        for scope, each in zip(("class", "module", "session"), mine[1:]):
            key = {"class": type(self), "module": __name__}.get(scope)
            assert ids.setdefault((scope, key), each.tenant_id) == each.tenant_id
        assert [query(each) for each in mine] == [503] * 4 + [200]
        assert all(each.ca_file for each in mine)

class TestFirst(Both): pass
class TestSecond(Both): pass
"""


@pytest.mark.slow
def test_a_tenant_lives_as_long_as_the_fixture_that_has_made_it(suite: Suite) -> None:
    suite.write(conftest=OF_SCOPES, test_it=SCOPES, test_it_again=SCOPES)
    suite.passes(8, "--simulator-tls", "auto")


@pytest.mark.slow
def test_every_tenant_of_a_failed_test_is_in_its_report_with_what_it_was_asked_then(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest
        from oifde_simulator.client import SimulatedTenant

        @pytest.fixture(scope="session")
        def of_session(simulator_factory):
            return simulator_factory(rules=[{"name": "of-session", "respond": {"status": 500}}])

        @pytest.fixture(scope="module")
        def of_module(simulator_control):
            with SimulatedTenant.made(simulator_control, "outage") as made:
                yield made
        """,
        test_it="""
        from vendor import query

        def test_passes(of_session, of_module):
            assert (query(of_session, pageNum="1"), query(of_module, pageNum="1")) == (500, 503)

        def test_fails(of_session, of_module, simulator, simulator_factory):
            for each in (of_session, of_module, simulator, simulator_factory("fail-twice")):
                query(each, pageNum="2")
            raise AssertionError
        """,
    )
    said = suite.run().stdout
    assert "pageNum=1" not in said
    for rule in ("of-session", "outage", "fail-twice"):
        assert (
            len(
                re.findall(
                    rf"pageNum=2 -> 50\d by rule {rule}; would have been 200 errorCode 0 total 40", said
                )
            )
            == 1
        )
    assert len(re.findall(r"^tenant \S+:$", said, re.M)) == 4


@pytest.mark.slow
def test_a_call_outside_of_tests_and_fixtures_says_so(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def keep(simulator_factory, request):
            request.config.factory = simulator_factory

        def pytest_sessionfinish(session):
            with pytest.raises(RuntimeError, match="expected a call in a test or in the set-up of a fixture"):
                session.config.factory()
            print("REFUSED")
        """,
        test_it="def test_it(): pass\n",
    )
    assert "REFUSED" in suite.passes(1, "-s")


@pytest.mark.slow
def test_an_application_of_the_session_is_made_once(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        made = []

        @pytest.fixture(scope="session")
        async def application(simulator_factory):
            made.append(simulator_factory())
            yield made[-1]

        @pytest.mark.parametrize("turn", [1, 2])
        async def test_it(application, turn):
            assert query(application) == 200
            assert len(application.journal) == turn
            assert len(made) == 1
        """
    )
    suite.plugins = ASYNCHRONOUS
    suite.ini(
        "asyncio_mode = auto", "filterwarnings = error", "asyncio_default_fixture_loop_scope = session",
        "asyncio_default_test_loop_scope = session",
    )  # fmt: skip
    suite.passes(2)
