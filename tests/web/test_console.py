"""The console's page as it is served: its files, their headers, and who may open them."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from http.client import HTTPMessage
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest

from oifde_simulator import __version__
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.console.files import CONTENT_TYPES, PAGE, Page, page
from oifde_simulator.web.console.responses import POLICY
from serving import running

TOKEN = "0123456789abcdef"
CROSS_SITE = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Referer": "https://chat.example/",
}
TRAVERSALS = (
    "/console/../files.py",
    "/console/%2e%2e/files.py",
    "/console/..%2ffiles.py",
    "/console/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/console//etc/passwd",
    "/console/%2fetc%2fpasswd",
    "/console/..%5cfiles.py",
    "/console/app.js%00.html",
    "/console/./",
    "/console/" + "a/" * 2000,
    "/console/%ff%fe",
)


class Answer(NamedTuple):
    """An answer of the control plane."""

    status: int
    headers: HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def free() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def given() -> Iterator[Simulator]:
    with running(control_token=TOKEN) as simulator:
        yield simulator


def ask(
    simulator: Simulator, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Answer:
    """Send a request as it stands: no client makes `..` of a path shorter."""
    port = urlsplit(simulator.control_url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in (headers or {}))
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = Answer(answer.status, answer.headers, answer.read())
    connection.close()
    return found


def problem_type(answer: Answer) -> str:
    assert answer.headers.get_content_type() == "application/problem+json"
    return str(json.loads(answer.body)["type"].rpartition(":")[2])


def test_the_page_is_at_the_root_with_its_version(free: Simulator) -> None:
    answer = ask(free, "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    version = re.search(rb'<meta name="console-version" content="([0-9a-f]{12})">', answer.body)
    assert version
    described = json.loads(ask(free, "/console.json").body)
    assert described["version"] == version[1].decode()
    assert (described["simulator"], described["token"]) == (__version__, False)


def test_every_file_is_sent_as_it_is_with_its_type(free: Simulator) -> None:
    files = {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}
    kept = {name for name in files if name.endswith(".LICENSE")} | {"lib/digests.json"}
    assert set(page()) == files.keys() - kept - {"index.html"}
    for name in page():
        answer = ask(free, f"/console/{name}")
        assert (answer.status, answer.body) == (200, files[name].read_bytes())
        assert answer.headers["Content-Type"] == CONTENT_TYPES.get(
            files[name].suffix, "text/plain; charset=utf-8"
        )


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "x-gzip", "deflate , gzip ; q=1.0"])
def test_who_takes_gzip_gets_it_under_a_tag_of_its_own(free: Simulator, accepted: str) -> None:
    plain = ask(free, "/console/app.js")
    zipped = ask(free, "/console/app.js", {"Accept-Encoding": accepted})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    again = {"Accept-Encoding": accepted, "If-None-Match": zipped.headers["ETag"]}
    assert ask(free, "/console/app.js", again).status == 304


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip;q=0.000", "br", "gzipped", "*"])
def test_who_does_not_take_gzip_gets_the_file_as_it_is(free: Simulator, accepted: str) -> None:
    answer = ask(free, "/console/app.js", {"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] is None
    assert answer.body == (PAGE / "app.js").read_bytes()


def test_the_page_is_small() -> None:
    files = [page().index, *filter(None, map(page().get, page()))]
    assert sum(len(file.compressed) for file in files) < 100_000
    assert sum(len(file.body) for file in files) < 220_000


def test_whatever_the_page_refers_to_is_there_below_a_proxys_path_too(free: Simulator) -> None:
    text = ask(free, "/").body.decode()
    for reference in re.findall(r'(?:src|href)="([^"#]+)"', text):
        assert not urlsplit(reference).scheme
        below = urljoin("http://proxy.example/sim/", reference)
        assert below.startswith("http://proxy.example/sim/")
        assert ask(free, below.removeprefix("http://proxy.example/sim")).status == 200


@pytest.mark.parametrize("path", ["/", "/console.json"])
def test_a_link_from_anywhere_opens_the_page_without_a_token(
    free: Simulator, given: Simulator, path: str
) -> None:
    for simulator in (free, given):
        assert ask(simulator, path, CROSS_SITE).status == 200
    assert json.loads(ask(given, "/console.json", CROSS_SITE).body)["token"] is True


def test_a_link_from_elsewhere_opens_no_data(free: Simulator, given: Simulator) -> None:
    assert problem_type(ask(free, "/journal", CROSS_SITE)) == "foreign-page"
    assert problem_type(ask(given, "/journal", CROSS_SITE)) == "no-token"


@pytest.mark.parametrize("path", ["/", "/console.json", "/console/app.js"])
def test_a_name_that_somebody_bound_to_this_machine_opens_nothing(
    free: Simulator, given: Simulator, path: str
) -> None:
    rebound = {"Host": "attacker.example:8444"}
    assert ask(free, path, rebound).status == 403
    assert problem_type(ask(free, path, rebound)) == "foreign-page"
    assert ask(given, path, rebound).status in (200, 404)  # its data are behind the token


@pytest.mark.parametrize("path", ["/", *(f"/console/{name}" for name in list(page())[:3])])
def test_the_page_may_not_be_framed_or_run_anything_but_its_own(free: Simulator, path: str) -> None:
    headers = ask(free, path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "frame-ancestors 'none'" in POLICY
    told = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control")
    assert [headers[name] for name in told] == ["DENY", "nosniff", "no-referrer", "no-cache"]
    for name in ("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"):
        assert headers[name] == "same-origin"
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_a_copy_that_is_still_good_is_not_sent_again(free: Simulator, tag: str) -> None:
    first = ask(free, "/")
    again = ask(free, "/", {"If-None-Match": tag.format(first.headers["ETag"].strip('"'))})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("tag", ['"other"', "", "nonsense", '"' + "x" * 4000])
def test_another_copy_is_replaced(free: Simulator, tag: str) -> None:
    answer = ask(free, "/", {"If-None-Match": tag})
    assert (answer.status, answer.body) == (200, ask(free, "/").body)


def test_head_tells_what_get_would(free: Simulator) -> None:
    whole, head = ask(free, "/"), ask(free, "/", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Content-Security-Policy"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_sent_to_the_page(free: Simulator, method: str) -> None:
    answer = ask(free, "/", method=method)
    assert (answer.status, set(answer.headers["Allow"].split(","))) == (405, {"GET", "HEAD"})


@pytest.mark.parametrize("path", TRAVERSALS, ids=range(len(TRAVERSALS)))
def test_no_path_leaves_the_page(free: Simulator, path: str) -> None:
    answer = ask(free, path)
    assert answer.status in (400, 404)
    assert b"root:" not in answer.body
    assert b"PageFile" not in answer.body
    assert len(answer.body) < 500


def test_the_index_is_at_the_root_only(free: Simulator) -> None:
    assert problem_type(ask(free, "/console/index.html")) == "no-file"


@pytest.mark.parametrize("path", ["/", "/console/app.js", "/console.json"])
def test_a_console_that_is_off_says_so(path: str) -> None:
    with running(console="off") as simulator:
        answer = ask(simulator, path)
        assert (answer.status, problem_type(answer)) == (404, "console-off")
        assert "--console on" in json.loads(answer.body)["detail"]
        assert ask(simulator, "/tenants").status == 200


def test_each_start_is_another_instance(free: Simulator, given: Simulator) -> None:
    instances = {json.loads(ask(each, "/console.json").body)["instance"] for each in (free, given)}
    assert len(instances) == 2


class TestPage:
    """A page of given files."""

    INDEX = b'<meta name="console-version" content="">'

    def test_another_content_of_any_file_is_another_version(self) -> None:
        versions = {
            Page({"index.html": self.INDEX, **files}).version
            for files in ({}, {"a.js": b""}, {"a.js": b"1"}, {"b.js": b"1"}, {"a.js": b"", "b.js": b"1"})
        }
        assert len(versions) == 5

    def test_the_same_files_are_the_same_version_and_tags(self) -> None:
        one, other = (Page({"index.html": self.INDEX, "a.js": b"1"}) for _ in range(2))
        assert (one.version, one.index, one.get("a.js")) == (other.version, other.index, other.get("a.js"))

    def test_another_version_is_another_index(self) -> None:
        one, other = (Page({"index.html": self.INDEX, "a.js": text}) for text in (b"1", b"2"))
        assert one.index.digest != other.index.digest
