"""Forms of a request beside the documented one: refused and named, or taken where an option says so."""

from __future__ import annotations

import gzip
import json

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.leniency import STRICT, Leniency
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.web.aiohttp_versions import IS_OLD
from serving import Peer as Client
from serving import fetch, head, post, running

BODY = {"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "180****9999"}
MARK = b"\xef\xbb\xbf"


def routed(leniency: Leniency, body: bytes = b"{}", target: str = QUERY, content_type: str = "") -> Call:
    router = Router(bad_json_status=400, leniency=leniency)
    return router.route(Request("POST", target, {"Content-Type": content_type}, body))


def detail(call: Call) -> str:
    assert call.problem is not None
    return call.problem.detail


PATHS = {
    "//" + QUERY[1:]: ("a doubled slash", Leniency(repeated_slashes=True)),
    QUERY.replace("/rest", "//rest"): ("a doubled slash", Leniency(repeated_slashes=True)),
    QUERY.replace("/", "///"): ("a doubled slash", Leniency(repeated_slashes=True)),
    QUERY + "/": ("a slash at the end", Leniency(trailing_slash=True)),
    QUERY + "/?a=b": ("a slash at the end", Leniency(trailing_slash=True)),
    "/" + QUERY + "/": (
        "a doubled slash and a slash at the end",
        Leniency(repeated_slashes=True, trailing_slash=True),
    ),
}


@pytest.mark.parametrize("target", PATHS)
def test_a_path_that_differs_in_slashes_is_told_the_near_one(target: str) -> None:
    difference, _ = PATHS[target]
    assert detail(routed(STRICT, target=target)).endswith(
        f"; did you mean {QUERY}? it differs in {difference}"
    )


@pytest.mark.parametrize("target", PATHS)
def test_a_path_that_differs_in_slashes_is_taken_where_the_option_says_so(target: str) -> None:
    _, leniency = PATHS[target]
    assert routed(leniency, target=target).endpoint == "queryRecordHistory"


NEAR = [
    "/rest/api/queryRecordHistory",
    "/queryRecordHistory",
    "/oifde/oifde/rest/api/queryRecordHistory",
    "/api/v1/QUERYRECORDHISTORY/x",
    QUERY + ".json",
    QUERY + "%20",
    QUERY + "%0a",
    QUERY + "%3Fa=b",
    QUERY + "#top",
    QUERY + ";v=1",
    "/oifde/./rest/../rest/api/queryRecordHistory",
    "/oifde/rest/api/queryRecordHistories",
    "/oifde/rest/api/query-record-history",
    "/oifde/rest/api/queryRecordHistor",
    "http://x/y/queryRecordHistory",
]


@pytest.mark.parametrize("target", NEAR)
def test_a_path_whose_last_part_is_known_or_that_is_alike_is_told_the_near_one(target: str) -> None:
    assert detail(routed(STRICT, target=target)).endswith(f"; did you mean {QUERY}?")


@pytest.mark.parametrize(
    "target", ["/", "/x", "*", "x:443", "/oifde", "/oifde/rest/api", "/readyz", "/tenants/a"]
)
def test_a_path_that_is_like_none_is_told_the_list_alone(target: str) -> None:
    assert "did you mean" not in detail(routed(STRICT, target=target))


def test_a_path_that_differs_in_capitals_is_told_the_near_one() -> None:
    assert detail(routed(STRICT, target=QUERY.lower())).endswith("it differs in capitals")


@pytest.mark.parametrize("target", ["/", "//", "/oifde/rest/api/other", "*", ""])
def test_a_path_that_is_near_to_none_gets_no_guess(target: str) -> None:
    assert "did you mean" not in detail(routed(STRICT, target=target))


def test_a_byte_order_mark_is_refused_unless_the_option_says_otherwise() -> None:
    octets = MARK + json.dumps(BODY).encode()
    assert "byte order mark" in detail(routed(STRICT, octets))
    assert routed(Leniency(byte_order_mark=True), octets).document == BODY


@pytest.mark.parametrize("charset", ["gbk", "GB18030", '"gb2312"', "utf-16", "UTF-8"])
def test_a_body_is_read_in_the_charset_that_it_declares(charset: str) -> None:
    octets = json.dumps({"userMobile": "中文"}, ensure_ascii=False).encode(charset.strip('"'))
    call = routed(
        Leniency(declared_charset=True), octets, content_type=f"application/json; charset={charset}"
    )
    assert call.document == {"userMobile": "中文"}


@pytest.mark.parametrize(
    ("octets", "content_type", "words"),
    [
        (b"\xff\xff", "application/json; charset=gbk", "is not gbk at byte 0"),
        (b"{}", "application/json; charset=idna", 'the charset "idna" is not known; expected one of utf-8'),
        ("中".encode("gbk"), "application/json", "not UTF-8 at byte 0"),
    ],
)
def test_a_body_that_is_not_in_its_charset_is_told(octets: bytes, content_type: str, words: str) -> None:
    assert words in detail(routed(Leniency(declared_charset=True), octets, content_type=content_type))


def test_the_options_reach_the_vendors_port() -> None:
    octets = MARK + json.dumps(BODY, ensure_ascii=False).encode()
    accept = dict.fromkeys(("repeated_slashes", "trailing_slash", "byte_order_mark"), "accept")
    with running(**accept, charset="declared") as simulator:
        assert fetch(f"{simulator.data_url}/{QUERY}/", octets)[0] == 200
    with running() as simulator:
        assert fetch(f"{simulator.data_url}/{QUERY}/", octets)[0] == 404


def test_gzip_in_several_members_is_read() -> None:
    octets = json.dumps(BODY).encode()
    members = b"".join(gzip.compress(octets[start : start + 10]) for start in range(0, len(octets), 10))
    with running() as simulator, Client(simulator.data_url) as client:
        client.send(post(members, "Content-Encoding: gzip"))
        assert client.answer().status == 200


NOT_HTTP = {
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "speaks HTTP/2 at once"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "spoke TLS, and this port is plain HTTP"),
    "a long header": (head("X: " + "a" * 9000), "more than 8190 bytes, the limit of --max-header-bytes"),
    "a long target": (head(target="/" + "a" * 9000), "more than 8190 bytes, the limit of --max-header-bytes"),
    "many headers": (head(*["X: a"] * 150), "more than 128 headers, the limit of --max-headers"),
    "gzip as Transfer-Encoding": (
        head("Transfer-Encoding: gzip"),
        "Transfer-Encoding does not end with chunked",
    ),
}

if IS_OLD:  # aiohttp before 3.14 counts no headers; it bounds the bytes of a head
    del NOT_HTTP["many headers"]


@pytest.mark.parametrize("plane", ["data_url", "control_url"])
def test_what_is_no_request_is_told_what_came_and_what_to_do(plane: str) -> None:
    with running() as simulator:
        for octets, words in NOT_HTTP.values():
            with Client(getattr(simulator, plane)) as client:
                client.send(octets)
                answer = client.answer()
            assert answer.status == 400
            assert words in answer.body.decode()


def test_larger_heads_are_let_in_where_the_options_say_so() -> None:
    octets = json.dumps(BODY).encode()
    large = ["Authorization: Negotiate " + "A" * 60_000, *(f"X-{number}: a" for number in range(200))]
    with running(max_header_bytes=1 << 16, max_headers=300) as simulator:
        with Client(simulator.data_url) as client:
            client.send(post(octets, *large))
            assert client.answer().status == 200
        with Client(simulator.control_url) as client:
            client.send(head(*large, method="GET", target="/livez").replace(b"vendor.example", b"127.0.0.1"))
            assert client.answer().status == 200
