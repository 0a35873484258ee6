"""The report of a failed test: what the servers know of it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from inner import Suite

pytest_plugins = ("inner",)

ASTRAY = """
import socket
import pytest
from vendor import QUERY, post, query

def test_fails(simulator):
    query(simulator, pagenum="1")
    query(simulator, authToken="wrong wrong wrong")
    query(simulator, tenantId=simulator.tenant_id[:-1])
    query(simulator, tenantId="tenant001", pageNum="3")
    post(simulator.url + QUERY[:-1], **simulator.credentials)
    with socket.create_connection(simulator.url[7:].split(":")) as peer:
        peer.sendall(b"no http at all\\r\\n\\r\\n")
        peer.recv(100)
    raise AssertionError

def test_fails_alone(simulator):
    query(simulator)
    raise AssertionError
"""


@pytest.mark.slow
def test_a_report_has_what_went_astray_and_what_was_likely_meant(suite: Suite) -> None:
    suite.write(test_it=ASTRAY)
    said = suite.run("--junitxml=out.xml").stdout
    first, _, second = said.partition("test_fails_alone __")
    for text in (
        '"pagenum" is not a field of this interface; did you mean pageNum?',
        "errorMsg: Failed to check the token information: authToken was not issued to this tenant",
        'tenantId "good-day-" is unknown',
        "did you mean good-day-1? give the client",
        'it was asked as tenant "tenant001", which no test has made',
        "target: /oifde/rest/api/queryRecordHistor; did you mean /oifde/rest/api/queryRecordHistory?",
        "note: not HTTP, refused:",
    ):
        assert text in first
    assert "astray" not in second
    assert re.search(
        r"^#\d+ queryRecordHistory userMobile=18000000001 -> 200 errorCode 0 total 40 records 40$",
        second,
        re.M,
    )
    failure = ElementTree.parse(suite.folder / "out.xml").find(".//testcase/failure")
    assert failure is not None
    assert "oifde-simulator journal" in str(failure.text)
    assert "did you mean pageNum?" in str(failure.text)


@pytest.mark.slow
def test_of_several_workers_one_that_went_astray_may_be_anothers(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import QUERY, post

        def fails(simulator):
            post(simulator.url + QUERY[:-1])
            raise AssertionError

        @pytest.mark.simulator(strict=True)
        def test_on_a_server_of_the_worker(simulator):
            fails(simulator)

        def test_on_a_server_of_all(simulator):
            fails(simulator)
        """
    )
    plain, shared = "since the test began):", "since the test began; perhaps another worker's):"
    for workers, count in (("-n0", 0), ("-n1", 0), ("-n2", 1)):
        said = suite.run(workers).stdout
        assert (said.count(plain), said.count(shared)) == (2 - count, count)


@pytest.mark.slow
def test_a_refused_handshake_is_told_to_the_test_it_belongs_to(suite: Suite) -> None:
    suite.write(
        test_it="""
        import urllib.request
        from vendor import query

        def test_distrusts(simulator):
            urllib.request.urlopen(simulator.url)

        def test_speaks_plain_http(simulator):
            urllib.request.urlopen(simulator.url.replace("https", "http"))

        def test_trusts(simulator):
            query(simulator)
            raise AssertionError
        """
    )
    for workers in ((), ("-n", "1")):
        said = suite.run("--simulator-tls", "auto", "--tb", "short", *workers).stdout
        assert said.count("a TLS handshake failed") == 2
        assert said.count("the client does not believe our certificate") == 1
        assert said.count("give the client simulator.ca_file") == 1
        assert said.count("TLS handshakes failed, see below") == 2
        assert "give the client simulator.url" not in said
        assert said.count("the client spoke plain HTTP, and this port is https") == 1


@pytest.mark.slow
def test_an_error_at_the_end_of_a_test_has_the_journal_too(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        @pytest.fixture
        def before():
            yield
            raise RuntimeError("torn")

        @pytest.fixture
        def after(simulator):
            yield simulator
            raise RuntimeError("down")

        @pytest.mark.scenario("outage")
        def test_it(before, after):
            query(after)

        def test_starts_clean(simulator):
            assert len([each for each in simulator.control.tenants() if each.made]) == 1
        """
    )
    done = suite.run("--junitxml=out.xml")
    assert "2 passed, 1 error" in done.stdout
    assert re.search(r"-> 503 by rule outage; would have been 200 errorCode 0 total 40", done.stdout)
    assert "by rule outage" in (suite.folder / "out.xml").read_text()


@pytest.mark.slow
def test_a_failure_without_a_traceback_has_it_too(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        def test_it(simulator):
            query(simulator)
            pytest.fail("in short", pytrace=False)
        """
    )
    said = suite.run("-n", "1").stdout
    assert re.search(r"in short\n.*oifde-simulator journal.*\n#\d+ queryRecordHistory", said)


def test_allure_has_the_section_in_the_trace_of_its_result(suite: Suite) -> None:
    pytest.importorskip("allure_pytest")
    suite.write(test_it="def test_fails(simulator):\n    raise AssertionError\n")
    suite.run("-p", "allure_pytest.plugin", "--alluredir=allure")
    (result,) = (suite.folder / "allure").glob("*-result.json")
    trace = json.loads(result.read_bytes())["statusDetails"]["trace"]
    assert "oifde-simulator journal" in trace
    assert "nobody" in trace
