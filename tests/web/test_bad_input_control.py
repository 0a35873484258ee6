"""Wrong requests to every route of the control plane.

The answer is a problem that says what to do, and nothing has changed.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import make_mocked_request

from bad_input import Wrong, ask, example_bodies, good, is_unread, operation, path, wrong_bodies, wrong_urls
from conftest import TOKEN
from controlling import USER, Controlling
from oifde_simulator import resources
from oifde_simulator.web.control_plane.openapi import Route, document, methods, routes, schema
from oifde_simulator.web.control_plane.problems import problems
from serving import PATIENCE, Answer, running

PAGE = (Path(__file__).parents[2] / "docs" / "control-plane.md").read_text()
TYPES = {
    name: set(map(int, statuses.split(", ")))
    for name, statuses in re.findall(r"^\| `((?:about|urn):[^`]+)` \| ([0-9, ]+) \|", PAGE, re.MULTILINE)
}
PROBLEM = schema("/components/schemas/Problem")
WIREMOCK_ERRORS = schema("/components/schemas/WireMockErrors")
SAYS = re.compile(
    "expected|did you mean|there are|those|known here|newest|old ones go|it goes with"
    "|more than one line|remove|leave it out|send|take|choose|close it|give|write|use |GET |POST "
    "|is not of type|is a required property|is too (long|short)|should be non-empty"
    "|does not match|is not one of|than the (max|min)imum"
)
"""Words of which every detail has one, so that it says what is expected."""
ACME = f"""
tenant: {{tokens: [{TOKEN}]}}
clock: "2026-01-01T00:00:00Z"
sessions: {{records: [{{callSorId: "{USER}", calledNumber: "955500001", startTime: 1767225600000}}]}}
rules:
  - {{name: busy, state: {{is: start, becomes: calm}}, respond: {{status: 503}}}}
"""
NAMED = [resources.scenarios() / f"{name}.yaml" for name in ("fail-twice", "outage")]
"""Bundled scenarios that requests name; without the others, what shows everything is short."""
SEEN = (
    "/tenants",
    "/tenants/acme",
    "/tenants/acme/rules",
    f"/tenants/acme/sessions?userMobile={USER}",
    "/listener",
    "/journal",
    "/coverage",
    "/__admin/settings",
    "/__admin/scenarios",
)
"""Paths that show everything that a request may change."""
every_route = pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route.method} {route.path}")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the scenario's file."""
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(ACME)
    return scenario


@pytest.fixture(scope="module")
def server(acme: Path) -> Iterator[Controlling]:
    with running(scenarios=(acme, *NAMED), no_bundled=True) as simulator:
        server = Controlling(simulator)
        assert server("PUT", "/tenants/acme/clock", {"freeze": True}).status == 200
        server.query({"tenantId": "acme", "authToken": TOKEN})
        yield server


@pytest.fixture(scope="module")
def last(server: Controlling) -> dict[str, Any]:
    """Remember what the server showed last: before the first test, or at the end of the one before."""
    return seen(server)


@pytest.fixture
def unchanged(
    server: Controlling, last: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> Iterator[Controlling]:
    """Check at the end of a test that the server has not changed and has logged no defect."""
    before = dict(last)
    yield server
    last.update(seen(server))
    assert last == before
    assert not [each.getMessage() for each in caplog.get_records("call") if each.levelno >= logging.ERROR]


def seen(server: Controlling) -> dict[str, Any]:
    """Ask for all that shows a change, over one connection."""
    connection = HTTPConnection(urlsplit(server.simulator.control_url).netloc, timeout=PATIENCE)
    with closing(connection):
        return {path: get(connection, path) for path in SEEN}


def get(connection: HTTPConnection, path: str) -> Any:
    connection.request("GET", path)
    return json.loads(connection.getresponse().read())


def refused(server: Controlling, method: str, wrong: Wrong) -> Answer:
    """Send a wrong request; check that its answer is a problem of the page, or an error of WireMock's."""
    url = server.simulator.control_url
    answer = ask(url, method, wrong.target, wrong.body, wrong.headers)
    about = f"{method} {wrong.target[:80]} ({wrong.why}): {answer.status} {answer.body[:300]!r}"
    assert answer.status >= 400, about
    if answer.headers.get_content_type() == "application/json" and wrong.target.startswith("/__admin/"):
        assert answer.status in (404, 422), about
        assert WIREMOCK_ERRORS.accepts(answer.json), about
        return answer
    assert answer.headers.get_content_type() == "application/problem+json", about
    assert PROBLEM.accepts(answer.json), about
    assert answer.json["status"] == answer.status, about
    assert answer.status in TYPES.get(answer.json["type"], ()), about
    assert SAYS.search(answer.json["detail"]), about
    assert len(answer.json["detail"]) < 600, about
    return answer


def is_documented(route: Route, answer: Answer) -> bool:
    """Check that the document has the answer's status for the operation, or that no operation was reached."""
    before_all = answer.status in (404, 405) and answer.json.get("type") == "about:blank"
    return before_all or str(answer.status) in operation(route)["responses"]


@pytest.mark.parametrize("place", methods())
def test_another_method_is_405_and_says_which_there_are(unchanged: Controlling, place: str) -> None:
    own = methods()[place]
    route = next(route for route in routes() if route.path == place)
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} - own:
        answer = refused(unchanged, method, Wrong("method", path(route), b"{}"))
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(",")) == own


@every_route
def test_a_wrong_id_or_parameter_is_refused(unchanged: Controlling, route: Route) -> None:
    for wrong in wrong_urls(route):
        answer = refused(unchanged, route.method, wrong)
        assert is_documented(route, answer), (wrong, answer)


@every_route
def test_a_wrong_body_is_refused(unchanged: Controlling, route: Route) -> None:
    for wrong in wrong_bodies(route):
        answer = refused(unchanged, route.method, wrong)
        assert is_documented(route, answer), (wrong.why, answer.status)


@every_route
def test_what_is_not_http_is_refused(unchanged: Controlling, route: Route) -> None:
    target, body = good(route)
    for why, wrong in {
        "over-long": Wrong("over-long", target + "x" * 9000, body),
        "control character": Wrong("control character", target + "\x01", body),
        "NUL": Wrong("NUL", target + "\0", body),
        "not ASCII": Wrong("not ASCII", target + "\xff", body),
        "header": Wrong("NUL in a header", target, body, ("X-Colour: r\0d",)),
        "long header": Wrong("over-long header", target, body, ("X-Colour: " + "x" * 9000,)),
    }.items():
        answer = refused(unchanged, route.method, wrong)
        assert answer.json["type"].endswith(":not-http"), why
    answer = refused(unchanged, route.method, Wrong("expectation", target, body, ("Expect: wonders",)))
    assert answer.status == 417


def test_a_body_that_ceases_to_be_http_is_refused(unchanged: Controlling) -> None:
    headers = ("Transfer-Encoding: chunked", "", "zz")
    answer = refused(unchanged, "POST", Wrong("chunks", "/tenants", None, headers))
    assert answer.json["type"].endswith((":not-http", ":wrong-body"))


async def test_a_client_that_leaves_amid_its_answer_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(request: object) -> NoReturn:
        raise ConnectionResetError("Cannot write to closing transport")

    await problems(make_mocked_request("GET", "/journal/events"), answer)
    assert not caplog.records


def test_no_problem_of_the_page_is_without_its_statuses() -> None:
    assert TYPES.keys() >= {"about:blank"}
    assert len(TYPES) == PAGE.count("| `urn:oifde-simulator:problem:") + 1


@pytest.mark.slow(seconds=1)
def test_the_document_is_openapi() -> None:
    # Imported here: it takes a third of a second, and each process imports all modules.
    from openapi_spec_validator import OpenAPIV31SpecValidator

    OpenAPIV31SpecValidator(document()).validate()
    json.dumps(document(), allow_nan=False)


@every_route
def test_the_bodies_that_the_document_shows_are_accepted(acme: Path, route: Route) -> None:
    bodies = example_bodies(route)
    assert bodies or not route.body or is_unread(route), "give it an example"
    for body in bodies:
        with running(scenarios=(acme, *NAMED), no_bundled=True) as simulator:
            answer = ask(simulator.control_url, route.method, path(route), json.dumps(body).encode())
        assert answer.status in (200, 201), (body, answer.body)
