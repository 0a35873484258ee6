"""Each bundled scenario does to a real HTTP client what its description says."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from conftest import QUERY, ids
from controlling import Controlling
from oifde_simulator import resources
from oifde_simulator.rules.effect import PROVENANCE
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import loader
from playing import JSON, NO_LONGER, NOON, PLAYED, USER, Client, MovableClock, length_told, plays
from serving import PATIENCE, Peer, post, running
from wav_sound import WavSound, keys_of

EXPIRED, INVALID, INTERNAL, KEY_WRONG, LOCKED = 900001, 900002, 10000001, 200800002, 200800003


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture(scope="module")
def server(clock: MovableClock) -> Iterator[Simulator]:
    with running(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def client(server: Simulator, tenant: str, clock: MovableClock) -> Iterator[Client]:
    client = Client(server, tenant, clock)
    with client.http:
        yield client


def test_every_bundled_scenario_is_played() -> None:
    import test_gallery_of_moments  # noqa: F401  its scenarios are played too

    assert {path.stem for path in loader.find([resources.scenarios()])} == PLAYED


def joined(pages: list[dict[str, Any]]) -> list[str]:
    return [call for page in pages for call in ids(page)]


def seconds(client: Client) -> float:
    """Measure the seconds of a query."""
    begun = monotonic()
    assert client.query().status_code == 200
    return monotonic() - begun


def planned(server: Simulator, client: Client) -> float:
    """Sum up the seconds that the newest answer was to wait: a busy machine takes longer."""
    ask = Controlling(server)
    (newest,) = ask("GET", f"/journal?tenant={client.tenant}&order=newest&limit=1").json["entries"]
    script = ask("GET", f"/journal/{newest['number']}").json["script"]
    return sum(action["seconds"] for action in script if action["do"] == "wait")


# On a good day


@plays("good-day")
def test_a_user_has_40_sessions_and_every_other_a_history(client: Client) -> None:
    assert ids(client.answer()) == client.honest()
    assert client.answer()["total"] == 40
    assert client.answer(userMobile="13912345678")["total"] > 0


@plays("tenant001")
def test_the_example_is_found_by_its_masked_number(client: Client) -> None:
    assert client.answer(userMobile="180****9999")["total"] == 1


@plays("paging")
def test_pages_joined_are_the_whole(client: Client) -> None:
    pages = [client.answer(userMobile="18000000250", pageNum=n, pageSize="100") for n in ("1", "2", "3")]
    assert len(set(joined(pages))) == 250


# Down and up


@plays("outage")
def test_every_call_fails(client: Client) -> None:
    answers = [client.query(), client.query(), client.ask_token()]
    assert [(answer.status_code, answer.content) for answer in answers] == [(503, b"")] * 3
    assert {answer.headers[PROVENANCE] for answer in answers} == {"outage"}


@plays("fail-twice")
def test_the_first_two_queries_of_each_user_fail(client: Client) -> None:
    assert client.statuses(3) == client.statuses(3, userMobile="18000000002") == [503, 503, 200]
    answer = client.answer()
    assert (answer["total"], ids(answer)) == (40, client.honest())


@plays("flaky")
def test_some_queries_fail_and_always_the_same(client: Client) -> None:
    first = client.statuses(100)
    client.reset()
    assert client.statuses(100) == first
    assert 20 <= first.count(500) <= 40
    assert first.count(200) == 100 - first.count(500)


@plays("outage-window")
def test_it_goes_down_and_comes_up_again(client: Client) -> None:
    found = []
    for _ in range(5):
        found += client.statuses(1)
        client.clock.move(5)
    assert found == [200, 503, 200, 503, 200]


@plays("rate-limited")
def test_beyond_the_rate_a_client_is_told_when_to_come_back(client: Client) -> None:
    assert client.statuses(7) == [200] * 5 + [429] * 2
    client.clock.move(int(client.query().headers["Retry-After"]))
    assert client.statuses(6) == [200] * 5 + [429]


@plays("rate-limited-strictly")
def test_a_client_that_comes_back_too_early_is_refused_again(client: Client) -> None:
    assert client.statuses(6) == [200] * 5 + [429]
    for _ in range(4):
        client.clock.move(0.6)
        assert client.statuses(1) == [429]
    client.clock.move(int(client.query().headers["Retry-After"]))
    assert client.statuses(1) == [200]


@plays("error-in-200")
def test_an_error_comes_under_a_good_status(client: Client) -> None:
    first, second = client.answer(), client.answer()
    assert (first["errorCode"], first["total"], first["recordList"]) == (INTERNAL, 0, [])
    assert (second["errorCode"], second["total"]) == (0, 40)


@plays("gateway-page")
def test_a_page_of_html_comes_in_place_of_json(client: Client) -> None:
    answer = client.query()
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert "<html>" in answer.text
    assert client.gettoken()["errorCode"] == 0


@plays("later-pages-fail")
def test_only_the_first_page_comes(client: Client) -> None:
    assert client.page(1)["total"] == client.answer()["total"] == 250
    assert client.statuses(2, pageNum="2") == [503, 503]
    assert client.statuses(1, pageNum="4") == [503]


# Tokens


@plays("token-expires-mid-paging")
def test_a_walk_goes_on_with_another_token(client: Client) -> None:
    pages = [client.answer(pageNum="1", authToken=(token := client.token()))]
    found = [client.answer(pageNum="2", authToken=token)["errorCode"] for _ in range(2)]
    assert found == [EXPIRED, EXPIRED]
    token = client.token()
    pages += [client.answer(pageNum=number, authToken=token) for number in ("2", "3")]
    assert joined(pages) == client.honest()


@plays("token-revoked")
def test_after_three_queries_a_token_is_invalid(client: Client) -> None:
    for _ in range(2):
        token = client.token()
        assert [client.code(token) for _ in range(5)] == [0, 0, 0, INVALID, INVALID]


@plays("token-expired-on-arrival")
def test_no_issued_token_is_ever_good(client: Client) -> None:
    answers = [client.gettoken() for _ in range(3)]
    assert [answer["errorCode"] for answer in answers] == [0, 0, 0]
    assert [client.code(answer["authToken"]) for answer in answers] == [EXPIRED] * 3


@plays("token-lifetime-lies")
def test_a_token_ends_before_its_time(client: Client) -> None:
    answer = client.gettoken()
    assert (answer["expireTime"], client.code(answer["authToken"])) == (3600, 0)
    client.clock.move(5)
    assert client.code(answer["authToken"]) == EXPIRED
    assert client.code(client.token()) == 0


@plays("single-token")
def test_a_second_token_ends_the_first(client: Client) -> None:
    first = client.token()
    assert client.code(first) == 0
    second = client.token()
    assert [client.code(first), client.code(second)] == [EXPIRED, 0]


@plays("token-uses")
def test_a_token_is_good_for_ten_queries(client: Client) -> None:
    token = client.token()
    assert [client.code(token) for _ in range(12)] == [0] * 10 + [EXPIRED] * 2
    assert client.code(client.token()) == 0


@plays("account-locks")
def test_three_wrong_secrets_lock_the_account(client: Client) -> None:
    secrets = ["wrong", "wrong", "secret", "wrong", "wrong", "wrong", "secret"]
    codes = [client.gettoken(secret)["errorCode"] for secret in secrets]
    assert codes == [KEY_WRONG, KEY_WRONG, 0, KEY_WRONG, KEY_WRONG, KEY_WRONG, LOCKED]
    client.reset()
    assert client.gettoken()["errorCode"] == 0


@plays("gettoken-down")
def test_queries_work_while_gettoken_does_not(client: Client) -> None:
    answer = client.ask_token()
    assert (answer.status_code, answer.content) == (503, b"")
    assert client.answer()["total"] == 40


@plays("token-empty")
def test_an_empty_token_looks_like_a_success(client: Client) -> None:
    answer = client.gettoken()
    assert (answer["errorCode"], answer["authToken"]) == (0, "")
    assert client.code("") == EXPIRED


@plays("token-malformed", "token-of-another-tenant")
def test_the_first_token_is_refused_and_the_second_good(client: Client) -> None:
    first, second = client.token(), client.token()
    assert [client.code(first), client.code(second)] == [INVALID, 0]
    assert (len(first) == 32) == (client.tenant == "token-of-another-tenant")
    assert ("\r\n" in first and '"' in first) == (client.tenant == "token-malformed")


# Slow


@pytest.mark.slow(seconds=1)
@plays("slow")
def test_a_query_takes_its_time_and_gettoken_does_not(server: Simulator, client: Client) -> None:
    assert seconds(client) >= 0.8
    assert planned(server, client) == 0.8
    assert client.gettoken()["errorCode"] == 0
    assert planned(server, client) == 0


@plays("slow-body")
def test_the_body_comes_after_the_head(client: Client) -> None:
    with client.stream() as answer:
        begun = monotonic()
        assert (answer.status_code, json.loads(answer.read())["total"]) == (200, 40)
    assert monotonic() - begun >= 0.4


@pytest.mark.slow(seconds=1)
@plays("jittery")
def test_some_queries_are_slower_than_others(server: Simulator, client: Client) -> None:
    waits = sorted(planned(server, client) for _ in range(12) if seconds(client))
    assert waits[3] < 0.1 < waits[-1]


@plays("slower-and-slower")
def test_queries_take_longer_as_time_goes_by(server: Simulator, client: Client) -> None:
    assert client.query().status_code == 200
    assert planned(server, client) < 0.4
    client.clock.move(240)
    assert seconds(client) >= 0.4


@pytest.mark.slow(seconds=1)
@plays("dribble")
def test_the_body_comes_in_pieces(client: Client) -> None:
    with client.stream() as answer:
        begun = monotonic()
        pieces = list(answer.iter_raw())
    assert monotonic() - begun >= 0.7
    assert len(pieces) >= 5
    assert json.loads(b"".join(pieces))["total"] == 40


@pytest.mark.slow(seconds=1)
@plays("thin-line")
def test_the_more_comes_the_longer_it_takes(client: Client) -> None:
    begun = monotonic()
    size = len(client.query().content)
    assert monotonic() - begun >= size / (100 * 1024)
    assert 50_000 < size < 150_000


@plays("hang")
def test_no_answer_comes(client: Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.query_within(0.3)
    assert client.gettoken()["errorCode"] == 0


@plays("hang-mid-body")
def test_a_head_comes_and_no_body(client: Client) -> None:
    with closing(http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=PATIENCE)) as connection:
        connection.connect()
        socket = connection.sock
        connection.request("POST", QUERY, client.body(), JSON)
        answer = connection.getresponse()
        assert answer.status == 200
        socket.settimeout(0.3)
        with closing(answer), pytest.raises(TimeoutError):
            answer.read()


# The wire


BROKEN = {
    "empty-response": httpx.RemoteProtocolError,
    "reset": httpx.ReadError,
    "reset-mid-body": httpx.ReadError,
    "cut-body": httpx.RemoteProtocolError,
    "garbage": httpx.RemoteProtocolError,
    "length-too-long": httpx.RemoteProtocolError,
    "malformed-chunk": httpx.RemoteProtocolError,
}


@plays(*BROKEN)
def test_a_client_sees_that_the_line_failed_and_that_gettoken_is_well(client: Client) -> None:
    with pytest.raises(BROKEN[client.tenant]):
        client.query()
    assert client.gettoken()["errorCode"] == 0


@plays("empty-response")
def test_the_connection_ends_in_order_without_a_byte(client: Client) -> None:
    with Peer(client.url) as peer:
        peer.send(post(client.body()))
        assert peer.socket.recv(1) == b""


@plays("reset")
def test_the_connection_breaks_without_a_byte(client: Client) -> None:
    with Peer(client.url) as peer:
        peer.send(post(client.body()))
        with pytest.raises(ConnectionResetError):
            peer.socket.recv(1)


@plays("cut-body", "reset-mid-body")
def test_half_the_body_comes(client: Client) -> None:
    head, body = client.octets()
    assert body.startswith(b'{"errorCode":0,')
    assert len(body) == length_told(head) // 2


@plays("garbage")
def test_what_comes_is_not_http(client: Client) -> None:
    head, body = client.octets()
    assert len(head + body) == 64
    assert not head.startswith(b"HTTP")


@plays("length-too-long")
def test_ten_bytes_are_promised_that_do_not_come(client: Client) -> None:
    head, body = client.octets()
    assert (length_told(head), json.loads(body)["total"]) == (len(body) + 10, 40)


@plays("length-too-short")
def test_twenty_bytes_come_that_were_not_promised(client: Client) -> None:
    with pytest.raises(json.JSONDecodeError):
        client.query().json()
    head, body = client.octets("Connection: close")
    assert (length_told(head), json.loads(body)["total"]) == (len(body) - 20, 40)


@plays("no-content-length")
def test_only_the_end_of_the_connection_ends_the_body(client: Client) -> None:
    answer = client.query()
    assert "Content-Length" not in answer.headers
    assert answer.json()["total"] == 40
    assert json.loads(client.octets()[1])["total"] == 40


@plays("slow-close")
def test_a_second_query_on_the_same_connection_gets_no_answer(client: Client) -> None:
    with Peer(client.url) as peer:
        peer.send(post(client.body()))
        assert peer.answer().json["total"] == 40
        peer.send(post(client.body()))
        assert peer.hangs_up()


@plays("closes-quietly")
def test_the_connection_ends_unannounced_and_a_client_opens_another(client: Client) -> None:
    with Peer(client.url) as peer:
        peer.send(post(client.body()))
        answer = peer.answer()
        assert (answer.json["total"], "Connection" in answer.headers) == (40, False)
        assert peer.hangs_up()


@plays("big-headers")
def test_a_client_refuses_the_header(client: Client) -> None:
    connection = http.client.HTTPConnection(client.url.removeprefix("http://"))
    connection.request("POST", QUERY, client.body(), JSON)
    with pytest.raises(http.client.LineTooLong):
        connection.getresponse()
    connection.close()
    assert len(client.octets("Connection: close")[0]) > 128 * 1024


@plays("early-hints")
def test_a_client_skips_the_interim_answer(client: Client) -> None:
    head, rest = client.octets("Connection: close")
    assert head.startswith(b"HTTP/1.1 103 ")
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert client.answer()["total"] == 40


# The text


@plays("truncated-json", "trailing-garbage", "invalid-utf8")
def test_what_comes_under_a_true_length_is_not_json(client: Client) -> None:
    answer = client.query()
    assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, len(answer.content))
    with pytest.raises(ValueError):
        json.loads(answer.content)


@plays("truncated-json")
def test_half_the_text_comes(client: Client) -> None:
    assert client.query().content.startswith(b'{"errorCode":0,"errorMsg":"Success","total":40,')


@plays("trailing-garbage")
def test_sixteen_characters_stand_after_the_json(client: Client) -> None:
    body = client.query().content
    assert json.loads(body[:-16])["total"] == 40
    assert body[-16:].isalnum()


@plays("invalid-utf8")
def test_one_byte_cannot_be_decoded(client: Client) -> None:
    body = client.query().content
    assert body.count(b"\xff") == 1
    assert json.loads(body.replace(b"\xff", b""))["total"] == 40


@plays("bom")
def test_a_byte_order_mark_stands_before_the_json(client: Client) -> None:
    body = client.query().content
    assert body.startswith(b"\xef\xbb\xbf{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(body.decode())
    assert json.loads(body.decode("utf-8-sig"))["total"] == 40


@plays("wrong-content-type", "wrong-charset")
def test_the_body_is_good_under_a_header_that_is_not(client: Client) -> None:
    answer = client.query()
    said = {"wrong-content-type": "text/html", "wrong-charset": "application/json; charset=UTF-16"}
    assert answer.headers["Content-Type"] == said[client.tenant]
    assert json.loads(answer.content)["total"] == 40


@plays("broken-gzip")
def test_the_body_cannot_be_unpacked(client: Client) -> None:
    with pytest.raises(httpx.DecodingError):
        client.query()
    with client.stream() as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


# Pages


@plays("first-page-repeats")
def test_page_2_is_page_1(client: Client) -> None:
    honest = client.honest()
    assert joined(client.walk()) == honest[:100] * 2 + honest[200:]
    pages = [client.answer(pageNum=number, pageSize="20") for number in ("1", "2")]
    assert joined(pages) == honest[:20] * 2


@plays("record-repeats")
def test_one_record_comes_twice_and_the_last_stands_beyond_the_total(client: Client) -> None:
    honest = client.honest()
    pages = client.walk()
    assert joined(pages) == honest[:100] + honest[99:]
    assert [len(page["recordList"]) for page in pages] == [100, 100, 51]
    assert {page["total"] for page in pages} == {250}
    assert len(client.page(26)["recordList"]) == 1


@plays("page-shifts")
def test_pages_move_down_as_records_arrive(client: Client) -> None:
    honest = client.honest()
    pages = client.walk()
    assert joined(pages) == honest[:100] + honest[97:]
    assert [page["total"] for page in pages] == [250, 253, 253]


@plays("record-missing")
def test_the_first_record_of_each_later_page_is_missing(client: Client) -> None:
    honest = client.honest()
    pages = client.walk()
    assert joined(pages) == [call for place, call in enumerate(honest) if place not in (100, 200)]
    assert {page["total"] for page in pages} == {250}


@plays("empty-page")
def test_a_page_in_the_middle_is_empty(client: Client) -> None:
    pages = client.walk()
    assert [len(page["recordList"]) for page in pages] == [100, 0, 50]
    assert {(page["errorCode"], page["total"]) for page in pages} == {(0, 250)}


@plays("total-off")
def test_the_total_is_five_too_many(client: Client) -> None:
    pages = client.pages(range(1, 6))
    assert {page["total"] for page in pages} == {45}
    assert (joined(pages), pages[-1]["recordList"]) == (client.honest(), [])


@plays("total-changes")
def test_the_total_changes_and_the_records_do_not(client: Client) -> None:
    answers = [client.answer() for _ in range(12)]
    totals = {answer["total"] for answer in answers}
    assert len(totals) > 2
    assert totals <= set(range(37, 44))
    assert all(ids(answer) == client.honest() for answer in answers)


@plays("unsorted")
def test_a_page_has_its_records_in_another_order(client: Client) -> None:
    honest = client.honest()
    for number, page in enumerate(client.pages()):
        expected = honest[number * 10 : number * 10 + 10]
        assert ids(page) != expected
        assert sorted(ids(page)) == sorted(expected)


@plays("late-records")
def test_a_call_can_be_found_six_hours_later(client: Client) -> None:
    newest, at_first = client.honest()[0], client.answer()
    assert 0 < at_first["total"] == len(at_first["recordList"]) < 40
    assert newest not in ids(at_first)
    client.clock.move(6 * 3600)
    assert newest in ids(client.answer())


ONCE = {
    "first-page-repeats-once": lambda honest: honest[:100] * 2 + honest[200:],
    "page-shifts-once": lambda honest: honest[:100] + honest[97:],
    "record-missing-once": lambda honest: [
        call for place, call in enumerate(honest) if place not in (100, 200)
    ],
    "empty-page-once": lambda honest: honest[:100] + honest[200:],
    "total-off-once": lambda honest: honest,
}


@plays(*ONCE)
def test_pages_that_are_read_again_are_whole(client: Client) -> None:
    honest = client.honest()
    first, second, third = client.walk(), client.walk(), client.walk()
    assert joined(first) == ONCE[client.tenant](honest)
    assert joined(second) == joined(third) == honest
    assert {page["total"] for page in second + third} == {len(honest)}


@plays("total-off-once", "page-shifts-once")
def test_the_total_is_wrong_at_first_only(client: Client) -> None:
    totals = [page["total"] for page in client.walk()]
    assert totals == ([250, 253, 253] if client.tenant == "page-shifts-once" else [45] * 3)


@plays("later-pages-fail-once")
def test_a_later_page_comes_when_it_is_asked_for_again(client: Client) -> None:
    assert client.page(1)["total"] == 250
    assert client.statuses(3, pageNum="2") == [503, 200, 200]
    assert client.statuses(2, pageNum="4", pageSize="10") == [503, 200]
    assert joined(client.pages((1, 2))) == client.honest()[:20]


# The fields


def records(client: Client) -> list[dict[str, Any]]:
    """Query all records of the user, in an answer that is good otherwise."""
    answer = client.answer()
    assert (answer["errorCode"], answer["total"], len(answer["recordList"])) == (0, 40, 40)
    found: list[dict[str, Any]] = answer["recordList"]
    return found


FIELDS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "field-missing": lambda record: "callId" not in record and "startTime" in record,
    "field-null": lambda record: record["calledNumber"] is None,
    "field-renamed": lambda record: "recordDetials" not in record and "recordDetails" in record,
    "field-retyped": lambda record: record["locationId"] == "255",
    "field-extra": lambda record: record["satisfaction"] == {"score": 5},
    "new-enum-value": lambda record: record["dialogType"] == "5",
    "null-texts": lambda record: (
        record["callingNumber"] == "null"
        and {turn["userSaying"] for turn in record["recordDetials"]} <= {"null"}
    ),
    "reply-before-request": lambda record: all(
        int(turn["timestamp"]) <= int(turn["requsetTime"]) for turn in record["recordDetials"]
    ),
    "empty-strings": lambda record: (
        record["callingNumber"] == record["calledNumber"] == record["flowInstId"] == ""
    ),
}


@plays(*FIELDS)
def test_every_record_has_drifted_and_who_has_none_is_told_so(client: Client) -> None:
    assert all(FIELDS[client.tenant](record) for record in records(client))
    assert client.answer(userMobile="nobody")["recordList"] == []


@plays("field-extra")
def test_the_answer_has_a_field_more_too(client: Client) -> None:
    assert client.answer()["traceId"] == "7f3a"


@plays("null-list")
def test_nothing_is_null(client: Client) -> None:
    assert client.answer(userMobile="18000000002")["recordList"] is None
    assert len(records(client)) == 40


@plays("broken-inner-json")
def test_the_text_within_the_text_breaks_off(client: Client) -> None:
    for record in records(client):
        assert record["businessInfoStr"].startswith("{")
        with pytest.raises(json.JSONDecodeError):
            json.loads(record["businessInfoStr"])


@plays("huge-field")
def test_one_field_is_huge(client: Client) -> None:
    first, *others = records(client)
    assert len(first["callData"]) == 4_000_000
    assert len(json.dumps(others)) < 200_000


@plays("error-code-missing")
def test_a_success_has_no_error_code(client: Client) -> None:
    assert "errorCode" not in client.answer()
    assert client.code(token="wrong") == INVALID


# Gateways


@plays("forbidden", "firewall-page")
def test_a_gateway_refuses_every_call(client: Client) -> None:
    answers = [client.query(), client.ask_token(), client.download("Y:/39/odfsrecord/20260101/x.wav", "0")]
    assert {answer.status_code for answer in answers} == {403 if client.tenant == "forbidden" else 418}
    assert {answer.content[:1] for answer in answers} == {b"{" if client.tenant == "forbidden" else b"<"}


@plays("gateway-json")
def test_a_gateway_says_errorcode_0_under_502_once(client: Client) -> None:
    first, second = client.query(), client.query()
    assert (first.status_code, first.json()["errorCode"], second.status_code) == (502, "0", 200)
    assert "recordList" not in first.json()


@plays("gettoken-rate-limited")
def test_further_tokens_are_refused_for_a_while(client: Client) -> None:
    answers = [client.ask_token() for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429, 200]
    assert "Retry-After" not in answers[1].headers


# Recordings


def is_sound(answer: httpx.Response) -> bool:
    """Check that a whole WAV file came."""
    body = answer.content
    told = int.from_bytes(body[4:8], "little") + 8
    return answer.status_code == 200 and body.startswith(b"RIFF") and told == len(body)


def refusal(answer: httpx.Response) -> str:
    """The resultCode of a download that failed under HTTP 200."""
    assert answer.status_code == 200
    return str(answer.json()["resultCode"])


@plays("recording-names")
def test_all_four_forms_of_a_name_lead_to_a_recording(client: Client) -> None:
    found = client.recordings(userMobile="18000000004")
    assert len({name for name, _ in found}) == 4
    assert all(is_sound(client.download(*each)) for each in found)


@plays("recording-late")
def test_a_recording_is_there_three_hours_after_its_call(client: Client) -> None:
    found = client.recordings()
    assert refusal(client.download(*found[0])) == "0300012"
    assert is_sound(client.download(*found[-1]))
    client.clock.move(4 * 3600)
    assert is_sound(client.download(*found[0]))


@plays("recording-limit")
def test_the_third_download_within_a_second_is_one_too_many(client: Client) -> None:
    found = client.recordings()[:3]
    answers = [client.download(*each) for each in found]
    assert [*map(is_sound, answers)] == [True, True, False]
    assert refusal(answers[2]) == "0300008"
    client.clock.move(1)
    assert is_sound(client.download(*found[2]))


@plays("recording-foreign", "recording-error-long")
def test_every_download_is_refused(client: Client) -> None:
    answer = client.download(*client.recordings()[0])
    assert refusal(answer) == {"recording-foreign": "0300012"}.get(client.tenant, "0300004")
    assert (len(answer.content) > 500) == (client.tenant == "recording-error-long")


@plays("recording-error-as-audio")
def test_an_error_has_the_type_of_sound(client: Client) -> None:
    answer = client.download(*client.recordings()[0])
    assert refusal(answer) == "0300011"
    assert answer.headers["Content-Type"].lower().startswith("application/octet-stream")


@plays("recording-cut")
def test_half_a_recording_comes_then_all_of_it(client: Client) -> None:
    wanted = client.recordings()[0]
    with pytest.raises(httpx.RemoteProtocolError):
        client.download(*wanted)
    assert is_sound(client.download(*wanted))


@plays("recording-short")
def test_the_header_of_a_recording_says_more_than_there_is(client: Client) -> None:
    body = client.download(*client.recordings()[0]).content
    assert body.startswith(b"RIFF")
    assert int.from_bytes(body[4:8], "little") + 8 > len(body) * 1.9


@plays("recording-thin-line")
def test_a_recording_comes_slowly(client: Client) -> None:
    name, location = client.recordings()[0]
    with client.downloading(name, location) as answer:
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) > 50 * 1024
        assert next(answer.iter_raw(1024)).startswith(b"RIFF")


@plays("recording-gateway-page")
def test_a_page_comes_in_the_place_of_a_recording(client: Client) -> None:
    wanted = client.recordings()[0]
    page = client.download(*wanted)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    assert is_sound(client.download(*wanted))


@plays("recording-silent")
def test_a_recording_has_the_right_length_and_nothing_in_it(client: Client) -> None:
    record = next(each for each in client.answer()["recordList"] if each["dialogType"] != "3")
    answer = client.download(*client.recordings()[0])
    sound = WavSound(answer.content)
    assert sound.is_silent
    assert sound.milliseconds == record["endTime"] - record["startTime"]
    assert answer.headers[PROVENANCE] == "recording-silent"


@plays("recording-of-another-call")
def test_a_recording_is_at_first_that_of_another_call(client: Client) -> None:
    calls = [each for each in client.answer()["recordList"] if each["dialogType"] != "3"]
    for call, wanted in zip(calls[:5], client.recordings(), strict=False):
        wrong, right = (WavSound(client.download(*wanted).content).digits() for _ in range(2))
        assert right == keys_of(call["callId"]) != wrong
        assert wrong in {keys_of(each["callId"]) for each in calls}


# All of it

GOOD = "good"
TOO_LATE = "ReadTimeout"
BY_NUMBER = {
    USER: [GOOD],
    "13912345678": [GOOD],
    "18000000429": [GOOD, GOOD, "429"],
    "18000000500": ["500", "500"],
    "18000000502": ["502", "502"],
    "18000000503": ["503", "503"],
    "18000000002": ["503", "503", GOOD],
    "18000000101": [f"errorCode {INTERNAL}"] * 2,
    "18000000102": [f"errorCode {EXPIRED}"] * 2,
    "18000000103": [f"errorCode {INVALID}"] * 2,
    "18000000201": [TOO_LATE],
    "18000000203": [TOO_LATE],
    "18000000301": ["RemoteProtocolError"],
    "18000000302": ["ReadError"],
    "18000000303": ["ReadError"],
    "18000000304": ["RemoteProtocolError"],
    "18000000305": ["RemoteProtocolError"],
    "18000000306": ["JSONDecodeError"],
    "18000000307": ["DecodingError"],
}
BY_PAGES = {
    "18000000202": (0, {40}),
    "18000000401": (99, {250}),
    "18000000402": (99, {250}),
    "18000000403": (0, {45}),
    "18000000404": (0, {40}),
}


@pytest.mark.slow
@plays("magic")
def test_the_number_chooses_the_failure(client: Client) -> None:
    found = {}
    for number, expected in BY_NUMBER.items():
        seconds = NO_LONGER if TOO_LATE in expected else PATIENCE
        found[number] = [client.outcome(seconds, userMobile=number) for _ in expected]
    assert found == BY_NUMBER
    flaky = [client.outcome(userMobile="18000000003") for _ in range(20)]
    assert set(flaky) == {GOOD, "500"}


@pytest.mark.slow
@plays("magic")
def test_the_number_chooses_what_is_wrong_with_its_pages(client: Client) -> None:
    for number, (new, totals) in BY_PAGES.items():
        pages = [client.answer(pageNum=page, userMobile=number) for page in ("1", "2")]
        assert len(set(joined(pages))) - len(ids(pages[0])) == new
        assert {page["total"] for page in pages} == totals
    nulls = {record["calledNumber"] for record in client.page(1, userMobile="18000000404")["recordList"]}
    assert nulls == {None}


def test_every_magic_number_is_played() -> None:
    scenario = loader.load(resources.scenarios() / "magic.yaml")
    assert scenario.generate is not None
    assert {*BY_NUMBER, *BY_PAGES, "18000000003"} == {*scenario.generate.users, "13912345678"}


@pytest.mark.slow(seconds=1)
@plays("chaos")
def test_anything_may_happen_and_again_the_same(client: Client) -> None:
    found = [client.outcome() for _ in range(60)]
    client.reset()
    assert [client.outcome() for _ in range(60)] == found
    assert len(set(found)) >= 6
    assert 20 <= found.count(GOOD) <= 45


@plays("chaos")
def test_a_client_that_tries_again_gets_all_sessions(client: Client) -> None:
    found: list[str] = []
    while len(found) < 40:
        fields = {"pageNum": str(len(found) // 10 + 1), "pageSize": "10"}
        try:
            answer = client.query(**fields)
            found += ids(answer.json()) if answer.status_code == 200 else []
        except (httpx.HTTPError, json.JSONDecodeError):
            continue
    assert found == client.honest()
