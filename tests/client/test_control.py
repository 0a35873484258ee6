"""The client of the control plane, against a real server."""

from __future__ import annotations

import inspect
import json
import operator
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_server import USER, ask
from conftest import GETTOKEN
from oifde_simulator import client
from oifde_simulator.client import (
    Control,
    ControlError,
    ControlProblem,
    NotCome,
    SimulatedTenant,
    Unreachable,
    encode,
)
from oifde_simulator.quantities import duration
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi as document
from serving import PATIENCE, environment, fetch, running

DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord"
FILE = "Y:/39/odfsrecord/20260101/x.wav"
RECORDED = {
    "callSorId": USER, "calledNumber": "955500001", "startTime": 1_767_225_600_000,
    "endTime": 1_767_225_601_000, "businessInfoStr": json.dumps({"recordFileName": FILE}),
}  # fmt: skip
TOKEN = "a-token-of-the-control-plane"

pytest_plugins = ("client_server",)


# What there is


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(hasattr(client, name) for name in client.__all__)
    assert set(client.__all__) <= set(dir(client))
    with pytest.raises(AttributeError, match="has no attribute 'Controll'"):
        operator.attrgetter("Controll")(client)


METHODS = {
    "livez": "livez",
    "readyz": "readyz",
    "authority": "ca_pem",
    "trustStore": "trust_store",
    "clientCertificate": "client_certificate",
    "console": None,
    "consoleFile": None,
    "describeConsole": None,
    "vendorDocument": None,
    "controlDocument": "openapi",
    "listTenants": "tenants",
    "makeTenant": "make_tenant",
    "readTenant": "tenant",
    "deleteTenant": "delete_tenant",
    "replaceScenario": "use",
    "listRules": "rules",
    "addRules": "add_rules",
    "removeAddedRules": "remove_rules",
    "removeRule": "remove_rule",
    "resetTenant": "reset",
    "clearTenant": "clear",
    "resetAll": "reset_all",
    "readClock": "clock",
    "setClock": "set_clock",
    "listSessions": "sessions",
    "readRecording": "recording",
    "check": "check",
    "listGallery": "gallery",
    "readGalleryScenario": "gallery_scenario",
    "listExchanges": "exchanges",
    "readExchange": "exchange",
    "readBodies": "bodies",
    "forgetExchanges": "forget",
    "awaitExchanges": "wait",
    "followExchanges": "events",
    "exportExchanges": "har",
    "verify": "verify",
    "coverage": "coverage",
    "readListener": "listener",
    "setListener": "close_listener",
    "metrics": "metrics",
    "counters": "counters",
    "clearAll": "clear_all",
}
"""Methods by operation id; None for operations that programs do not use."""


def test_there_is_a_method_for_every_operation_of_the_document() -> None:
    ours = {route.operation_id for route in document.routes() if route.module != "wiremock"}
    assert ours == METHODS.keys()
    for name in filter(None, METHODS.values()):
        assert inspect.getdoc(getattr(Control, name))


def test_importing_it_imports_nothing_of_the_server() -> None:
    code = (
        "import sys, oifde_simulator.client; "
        "strange = {'aiohttp', 'yaml', 'orjson', 'jsonschema', 'faker', 'oifde_simulator.runtime.server'}; "
        "sys.exit(str(strange & sys.modules.keys()) if strange & sys.modules.keys() else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


# Tenants


def test_a_tenant_is_made_used_and_taken_away(control: Control) -> None:
    with SimulatedTenant.made(control, "fail-twice") as tenant:
        assert [ask(tenant) for _ in range(3)] == [503, 503, 200]
        assert tenant.journal.statuses == [503, 503, 200]
        (rule,) = tenant.rules
        assert (rule.name, rule.fired, rule.added, rule.ttl) == ("fail-twice", 2, False, None)
        assert tenant.tenant_id in [each.id for each in control.tenants() if each.made]
        assert control.tenant(tenant.tenant_id).scenario == "fail-twice"
    with pytest.raises(ControlProblem) as refusal:
        control.tenant(tenant.tenant_id)
    assert refusal.value.status == 404
    tenant.delete()


def test_a_tenant_can_have_an_id_that_a_url_has_to_quote(control: Control) -> None:
    made = control.make_tenant({}, "a b/c?ü")
    assert made.tenant_id == "a b/c?ü"
    assert control.tenant("a b/c?ü").id == "a b/c?ü"
    control.delete_tenant("a b/c?ü")


def test_a_good_day_is_what_it_says(tenant: SimulatedTenant) -> None:
    assert tenant.sessions(USER).total == 40
    assert ask(tenant) == 200
    assert tenant.rules == ()


def test_another_scenario_keeps_the_credentials(tenant: SimulatedTenant) -> None:
    tenant.use("outage")
    assert ask(tenant) == 503
    tenant.use({"sessions": {"users": {USER: 3}}})
    assert ask(tenant) == 200
    tenant.use(rules=[{"name": "no", "respond": {"status": 500}}])
    assert ask(tenant) == 500
    tenant.use("outage", rules=[{"name": "first", "times": 1, "respond": {"status": 500}}])
    assert [ask(tenant), ask(tenant)] == [500, 503]
    tenant.use()
    assert ask(tenant) == 200


def test_rules_are_added_and_removed(control: Control, tenant: SimulatedTenant) -> None:
    added = tenant.add_rules(
        {"name": "a", "respond": {"status": 500}}, {"name": "b", "ttl": "5m", "faults": ["reset"]}
    )
    assert [(rule.name, rule.added) for rule in added] == [("a", True), ("b", True)]
    assert added[1].ttl == pytest.approx(300, abs=PATIENCE)
    assert ask(tenant) == 500
    control.remove_rule(tenant.tenant_id, "a")
    assert [rule.name for rule in tenant.rules] == ["b"]
    assert tenant.remove_rules() == ()
    assert ask(tenant) == 200


def test_reset_is_back_to_the_beginning_and_clear_is_without_rules(tenant: SimulatedTenant) -> None:
    tenant.use("fail-twice")
    assert [ask(tenant), ask(tenant), ask(tenant)] == [503, 503, 200]
    tenant.reset()
    assert len(tenant.journal) == 0
    assert ask(tenant) == 503
    tenant.clear()
    assert ask(tenant) == 200


def test_the_clock_stands_goes_and_jumps(tenant: SimulatedTenant) -> None:
    tenant.clock.freeze()
    assert tenant.clock.frozen
    tenant.clock.set("2026-01-01T00:00:00Z")
    tenant.clock.advance(timedelta(hours=1))
    tenant.clock.advance(0.5)
    assert tenant.clock.now.startswith("2026-01-01T01:00:00")
    assert tenant.clock.set_speed(60).speed == 60
    assert not tenant.clock.go_on().frozen
    assert tenant.clock.speed == 60


def test_gettoken_takes_the_secret(tenant: SimulatedTenant) -> None:
    body = json.dumps({"appKey": tenant.app_key, "appSecret": tenant.app_secret}).encode()
    assert json.loads(fetch(tenant.url + GETTOKEN, body)[2])["errorCode"] == 0


# The journal


def test_a_recording_is_downloaded_by_the_access_key(tenant: SimulatedTenant) -> None:
    tenant.use({"sessions": {"records": [RECORDED]}})
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}
    request = urllib.request.Request(f"{tenant.url}{DOWNLOAD}", json.dumps(body).encode())
    request.add_header("Authorization", f"auth-v2/{tenant.access_key}/a/b/c")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.read()[:4] == b"RIFF"
    (entry,) = tenant.journal.wait(count=1, endpoint="downloadOiapRecord")
    assert (entry.request["fileName"], entry.honest["bytes"]) == (FILE, 58 + 8000)
    tenant.verify({"match": {"endpoint": "downloadOiapRecord", "request": {"fileName": FILE}}, "count": 1})


def test_a_recording_is_fetched_without_a_signature_or_a_trace(
    control: Control, tenant: SimulatedTenant
) -> None:
    tenant.use({"sessions": {"records": [RECORDED]}, "rules": [{"respond": {"status": 503}}]})
    sound = tenant.recording(FILE)
    assert (sound[:4], len(sound), list(tenant.journal)) == (b"RIFF", 58 + 8000, [])
    with pytest.raises(ControlProblem, match="recordFileName") as refused:
        control.recording(tenant.tenant_id, "../" + FILE)
    assert refused.value.status == 404


def test_every_exchange_is_found_over_pages(tenant: SimulatedTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oifde_simulator.client.operations.journal.PAGE", 2)
    for number in range(5):
        ask(tenant, userMobile=str(number))
    assert [entry.request["userMobile"] for entry in tenant.journal] == list("01234")
    assert len(tenant.journal) == 5


def test_a_filter_means_what_a_rule_means(tenant: SimulatedTenant) -> None:
    tenant.use("fail-twice")
    for _ in range(3):
        ask(tenant)
    find = tenant.journal.find
    assert len(find(status=503)) == len(find(rule=True)) == len(find(rule="fail-twice")) == 2
    assert len(find(rule=False)) == len(find(error_code=0)) == 1
    assert len(find(userMobile={"pattern": "^180"})) == 3
    assert find(userMobile="1") == []
    assert find(since=find()[-1].number) == []


def test_an_exchange_is_shown_whole(control: Control, tenant: SimulatedTenant) -> None:
    ask(tenant, colour="blue")
    (entry,) = tenant.journal.entries
    whole = control.exchange(entry.number)
    assert whole.request["fields"] == entry.request
    assert whole.warnings
    assert whole.response["status"] == entry.status == 200
    assert [action["do"] for action in whole.script] == ["send", "send"]
    bodies = control.bodies(entry.number)
    assert (bodies.whole, bodies.why, bodies.changes, bodies.more_changes) == (True, "", [], 0)
    assert len(bodies.sent["text"].encode()) == bodies.sent["bytes"] == whole.response["bytes"]


def test_a_text_is_checked_and_what_it_says_can_be_added(control: Control, tenant: SimulatedTenant) -> None:
    name = tenant.tenant_id
    wrong = control.check("- {name: down, respnd: {status: 503}}", "rules", name)
    (mistake,) = wrong.errors
    assert (wrong.valid, wrong.rules, mistake["line"], mistake["fix"]) == (
        False, None, 1, 'did you mean "respond"?',
    )  # fmt: skip
    good = control.check("- {name: down, respond: {status: 503}}", "rules", name)
    control.add_rules(name, *(good.rules or ()))
    assert control.tenant(name).rules[0].name == "down"
    assert control.tenant(name).zone == "UTC"
    assert not control.check("- {name: down, respond: {status: 503}}", "rules", name).valid


def test_a_scenario_of_the_gallery_can_be_looked_up(control: Control) -> None:
    names = [each["name"] for each in control.gallery()["scenarios"]]
    assert "outage" in names
    assert control.gallery_scenario("outage")["rules"][0]["respond"] == {"status": 503}


def test_who_waits_is_answered_when_it_has_come(tenant: SimulatedTenant) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(tenant.journal.wait, 2, "20s", userMobile="7")
        for _ in range(2):
            ask(tenant, userMobile="7")
        came = waiting.result(PATIENCE)
        assert [entry.request["userMobile"] for entry in came] == ["7", "7"]
        assert (len(came), came.count, came.entries) == (2, 2, tuple(came))


def test_who_waits_for_an_outcome_is_answered_when_it_is_known(tenant: SimulatedTenant) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(tenant.journal.wait, 1, "20s", outcome="complete")
        ask(tenant)
        (entry,) = waiting.result(PATIENCE)
    assert entry.outcome["how"] == "complete"
    with pytest.raises(NotCome, match='outcome: expected "client left", found "complete"'):
        tenant.journal.wait(timeout=0.001, outcome="client left")


def test_who_waits_in_vain_is_told_what_came(tenant: SimulatedTenant) -> None:
    ask(tenant)
    ask(tenant, userMobile="7")
    with pytest.raises(NotCome, match="1 of 2 exchanges came") as missed:
        tenant.journal.wait(count=2, timeout=0.001, userMobile="7")
    assert isinstance(missed.value, TimeoutError)
    assert [entry.request["userMobile"] for entry in missed.value.entries] == ["7"]
    assert missed.value.near_misses[0]["differences"]


def test_what_is_forgotten_is_this_tenants_only(control: Control, tenant: SimulatedTenant) -> None:
    with SimulatedTenant.made(control) as other:
        ask(tenant)
        ask(other)
        assert tenant.journal.forget() == 1
        assert (len(tenant.journal), len(other.journal)) == (0, 1)


def test_an_archive_has_what_is_wanted(tenant: SimulatedTenant) -> None:
    ask(tenant)
    ask(tenant, userMobile="7")
    assert len(tenant.journal.har(userMobile="7")["log"]["entries"]) == 1


# Verification


def test_what_was_expected_passes(tenant: SimulatedTenant) -> None:
    tenant.use("fail-twice")
    for _ in range(3):
        ask(tenant)
    tenant.verify(count=3, userMobile=USER)
    tenant.verify(at_least=2, at_most=2, status=503)
    tenant.verify(error_code=0)
    tenant.verify(none={"userMobile": "7"})
    tenant.verify(order=[{"status": 503}, {"status": 200}])
    assert tenant.verify({"count": 2, "rule": "fail-twice"}, {"count": 3}).passed


# name: (expectation, words of the message)
FAILED = {
    "too few": ({"count": 4}, "expected 4 exchanges, found 3"),
    "too many": ({"at_most": 1, "status": 503}, "expected at most 1 exchange, found 2"),
    "none at all": ({"userMobile": "7"}, "expected at least 1 exchange, found 0"),
    "one too much": ({"none": {"status": 200}}, "expected no exchange, found 1"),
}


@pytest.mark.parametrize(("wanted", "words"), FAILED.values(), ids=FAILED.keys())
def test_what_was_not_expected_is_an_assertion_with_its_reason(
    tenant: SimulatedTenant, wanted: dict[str, Any], words: str
) -> None:
    tenant.use("fail-twice")
    for _ in range(3):
        ask(tenant)
    with pytest.raises(AssertionError, match=words):
        tenant.verify(**wanted)


def test_an_expectation_that_cannot_be_understood_is_told(tenant: SimulatedTenant) -> None:
    with pytest.raises(ControlProblem, match="did you mean"):
        tenant.verify(count=1, userMobil="7")


def test_coverage_is_an_object_and_junit(control: Control, tenant: SimulatedTenant) -> None:
    tenant.use("outage")
    ask(tenant)
    assert "scenarios" in control.coverage()
    assert control.coverage_junit().startswith("<?xml")


# The listener


def test_the_listener_is_closed_and_opened() -> None:
    with running() as server, Control(server.control_url) as control:
        assert control.listener().open
        closed = control.close_listener("10m")
        assert not closed.open
        assert closed.ttl == pytest.approx(600, abs=PATIENCE)
        with pytest.raises(OSError, match="refused"):
            fetch(server.data_url)
        assert control.has_closed_listener
        assert control.open_listener().open
        assert not control.has_closed_listener
        assert fetch(server.data_url)[0] == 404
        assert control.reset_all()["deleted"] == 0


def test_a_closed_port_is_known_to_who_closed_it_until_it_opens_by_itself() -> None:
    with running() as server, Control(server.control_url) as control, Control(server.control_url) as other:
        control.close_listener()
        assert not other.has_closed_listener
        control.close_listener("1ms")
        looks = (control.listener().open and not control.has_closed_listener for _ in range(10_000))
        assert any(looks)


# The way there


def test_health_and_authority(control: Control) -> None:
    assert control.readyz().status == "ready"
    assert control.ca_pem() is None
    assert control.openapi()["openapi"] == "3.1.0"


def test_an_authority_is_there_where_tls_is_on() -> None:
    with running(tls="auto") as server, Control(server.control_url) as control:
        assert control.ca_pem() == server.ca_pem
        with SimulatedTenant.made(control) as tenant:
            assert isinstance(tenant.ssl_context, ssl.SSLContext)
            assert tenant.url.startswith("https://")


def test_a_token_is_sent() -> None:
    with running(control_token=TOKEN) as server:
        with Control(server.control_url) as stranger, pytest.raises(ControlProblem) as refusal:
            stranger.tenants()
        assert refusal.value.status == 401
        assert refusal.value.type.startswith("urn:oifde-simulator:problem:")
        with Control(server.control_url, TOKEN) as control:
            assert control.tenants()


def test_the_environment_says_where(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_CONTROL", server.control_url)
    with Control.from_environment() as control:
        assert control.url == server.control_url
        assert control.readyz().status == "ready"


def test_nobody_there_is_said_in_a_line() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"http://127.0.0.1:{port} does not answer: .*refused") as error:
        Control(f"http://127.0.0.1:{port}").readyz()
    assert isinstance(error.value, ControlError)
    assert isinstance(error.value, ConnectionError)


def test_the_data_plane_is_told_from_the_control_plane(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OIFDE_CONTROL", raising=False)
    told = "404: this is the data plane, which speaks the vendor's interface; the control plane is at "
    host = server.data_url.rpartition(":")[0]
    with Control(server.data_url) as control:
        for ask in (control.livez, control.tenants, lambda: control.make_tenant("outage")):
            with pytest.raises(ControlProblem) as refusal:
                ask()
            assert f"{told}{host}:8444 unless --control-port moves it" in str(refusal.value)
            assert refusal.value.detail in str(refusal.value)
        monkeypatch.setenv("OIFDE_CONTROL", "http://me:secret@control.example:1234/")
        with pytest.raises(ControlProblem) as refusal:
            control.readyz()
        assert str(refusal.value).endswith(f"{told}http://control.example:1234 (OIFDE_CONTROL)")


def test_a_peer_that_speaks_tls_where_we_do_not_may_be_the_data_plane(server: Simulator) -> None:
    perhaps = "is it up, or is this the data plane? The control plane speaks plain HTTP and is at "
    with running(tls="auto") as secure:
        for url in (
            secure.data_url.replace("https:", "http:"),
            secure.data_url,
            server.data_url.replace("http:", "https:"),
        ):
            with Control(url) as control, pytest.raises(Unreachable) as error:
                control.livez()
            assert perhaps in str(error.value)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8444", "ftp://x", "http://"])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected a URL such as http://127\.0\.0\.1:8444"):
        Control(url)


class Page(BaseHTTPRequestHandler):
    """A server that is not ours."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<h1>Bad gateway</h1>"
        self.send_response(502)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_an_error_that_is_no_problem_of_ours_is_shown() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as strange:
        threading.Thread(target=strange.serve_forever, args=(0.01,), daemon=True).start()
        control = Control(f"http://127.0.0.1:{strange.server_port}")
        with (
            control,
            pytest.raises(ControlProblem, match="GET /readyz: 502: <h1>Bad gateway</h1>") as refusal,
        ):
            control.readyz()
        strange.shutdown()
    assert refusal.value.type == "about:blank"


def test_a_connection_is_kept_and_one_that_was_closed_is_replaced() -> None:
    with running() as server:
        port = server.control_url.rpartition(":")[2]
        control = Control(server.control_url)
        control.readyz()
        (kept,) = control._transport._idle
        control.readyz()
        assert control._transport._idle == [kept]
    with running(control_port=int(port)):
        assert control.readyz().status == "ready"
        assert control._transport._idle != [kept]
        control.close()


def test_threads_may_share_it(control: Control) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = [threads.submit(control.readyz) for _ in range(200)]
    assert {answer.result().status for answer in answers} == {"ready"}


# What goes into a URL


DURATIONS = {
    "text": ("800ms", 0.8),
    "seconds": (2, 2.0),
    "a part": (0.25, 0.25),
    "delta": (timedelta(minutes=1), 60.0),
}


@pytest.mark.parametrize(("value", "length"), DURATIONS.values(), ids=DURATIONS.keys())
def test_a_duration_is_a_text_seconds_or_a_timedelta(value: encode.Duration, length: float) -> None:
    assert duration(encode.format_duration(value)) == pytest.approx(length)
    assert encode.seconds(value) == pytest.approx(length)


@given(st.floats(min_value=0.000001, max_value=1e6))
def test_seconds_are_what_the_server_reads(value: float) -> None:
    assert duration(encode.format_duration(value)) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("text", ["", "5", "soon", "s", "5d"])
def test_what_is_no_duration_is_told(text: str) -> None:
    with pytest.raises(ValueError, match='expected a duration such as "800ms"'):
        encode.seconds(text)
