"""What is given to the client and what it shows: instants, expectations, rules, problems, no credential."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from client_server import ask
from oifde_simulator.client import (
    AsyncControl,
    AsyncSimulatedTenant,
    Control,
    ControlProblem,
    SimulatedTenant,
)
from oifde_simulator.client.encode import format_instant
from oifde_simulator.client.expectations import expectations
from oifde_simulator.client.models import MadeTenant
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, environment, running

SECRETS = ("the-control-token", "the-app-secret", "the-auth-token", "the-password")
MADE = MadeTenant("acme", "the-app-secret", "the-auth-token", "http://127.0.0.1:1")

pytest_plugins = ("client_server",)


# Instants

INSTANTS = {
    "text": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    "utc": (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00.000Z"),
    "offset": (datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), "2026-01-01T00:00:00.000Z"),
    "microseconds": (datetime(2026, 1, 1, 0, 0, 0, 1999, tzinfo=UTC), "2026-01-01T00:00:00.001Z"),
}


@pytest.mark.parametrize(("value", "text"), INSTANTS.values(), ids=INSTANTS)
def test_an_instant_is_a_text_or_a_datetime(value: Any, text: str) -> None:
    assert format_instant(value) == text


def test_a_datetime_without_a_time_zone_is_refused(tenant: SimulatedTenant) -> None:
    with pytest.raises(ValueError, match=r"expected a datetime with a time zone, .*tzinfo=UTC"):
        tenant.clock.set(datetime(2026, 1, 1))  # noqa: DTZ001 -- that is the mistake


def test_instants_go_in_and_come_back_as_datetimes(tenant: SimulatedTenant) -> None:
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    tenant.clock.freeze()
    assert tenant.clock.set(new_year).instant == tenant.clock.instant == new_year
    ask(tenant)
    tenant.clock.advance("1h")
    ask(tenant)
    hour = timedelta(hours=1)
    assert [entry.instant - new_year for entry in tenant.journal] == [timedelta(0), hour]
    assert len(tenant.journal.find(since=new_year + hour)) == 1
    tenant.verify(count=1, since=new_year + hour)
    tenant.verify(count=2, since=0)


# Rules and expectations


def test_rules_are_given_one_by_one_or_as_a_list(tenant: SimulatedTenant) -> None:
    first, second, third = ({"name": name, "respond": {"status": 500}} for name in "abc")
    assert [rule.name for rule in tenant.add_rules([first, second])] == ["a", "b"]
    tenant.remove_rule("a")
    tenant.control.add_rules(tenant.tenant_id, third, iter([first]))
    assert [rule.name for rule in tenant.rules] == ["c", "a", "b"]
    with pytest.raises(ControlProblem, match="no rule"):
        tenant.remove_rule("nobody")


EXPECTATIONS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "conditions": ({"status": 503}, [{"atLeast": 1, "status": 503}]),
    "nothing": ({}, [{"atLeast": 1}]),
    "number": ({"at_most": 2, "error_code": 0}, [{"atMost": 2, "errorCode": 0}]),
    "two kinds": (
        {"tokens_fetched_first": True, "pages_walked": {"error_code": 0}},
        [{"tokensFetchedFirst": True}, {"pagesWalked": {"errorCode": 0}}],
    ),
    "a number beside": (
        {"none": {"error_code": 1}, "count": 3, "userMobile": "7"},
        [{"count": 3, "userMobile": "7"}, {"none": {"errorCode": 1}}],
    ),
    "steps": ({"order": [{"error_code": 0}]}, [{"order": [{"errorCode": 0}]}]),
    "conditions beside": ({"none": {}, "status": 1}, [{"none": {}, "status": 1}]),
}


@pytest.mark.parametrize(("wanted", "split"), EXPECTATIONS.values(), ids=EXPECTATIONS)
def test_keywords_are_an_expectation_of_each_kind(
    wanted: dict[str, Any], split: list[dict[str, Any]]
) -> None:
    assert expectations(wanted) == split


def test_all_kinds_are_judged_in_one_call(tenant: SimulatedTenant) -> None:
    for page in range(1, 5):
        ask(tenant, pageNum=str(page), pageSize="10")
    verdict = tenant.verify(tokens_fetched_first=True, pages_walked=True, count=4, none={"status": 503})
    assert len(verdict.results) == 4
    with pytest.raises(ControlProblem, match="conditions belong inside it"):
        tenant.verify(none={}, status=503)


def test_warnings_are_found_and_verified(tenant: SimulatedTenant) -> None:
    ask(tenant)
    tenant.verify(none={"warnings": True})
    ask(tenant, colour="blue")
    tenant.verify(count=1, warnings={"pattern": "colour"})
    assert len(tenant.journal.find(warnings=True)) == len(tenant.journal.find(warnings=False)) == 1
    with pytest.raises(AssertionError, match=r"found 1 .*any warnings"):
        tenant.verify(none={"warnings": True})


def test_exchanges_are_followed_from_the_call_on(tenant: SimulatedTenant) -> None:
    ask(tenant)
    with tenant.journal.events() as events:
        for number in range(3):
            ask(tenant, userMobile=str(number))
        assert [next(events).request["userMobile"] for _ in range(3)] == ["0", "1", "2"]
        assert not events.truncated
    first = tenant.journal.entries[0].number
    with tenant.control.events(tenant=tenant.tenant_id, since=first) as events:
        assert next(iter(events)).number > first


def test_a_stream_ends_with_the_server_and_tells_what_it_missed() -> None:
    with running(journal_exchanges=1) as server, Control(server.control_url) as control:
        tenant = SimulatedTenant.made(control)
        for _ in range(3):
            ask(tenant)
        events = control.events(since=1)
        assert next(events).request["userMobile"] == "18000000001"
        assert events.truncated
    assert list(events) == []


# What is shown


def test_a_problem_shows_every_mistake(tenant: SimulatedTenant) -> None:
    with pytest.raises(ControlProblem) as refusal:
        tenant.use({"rules": [{"name": "a", "respnd": 3}, {"name": "b", "fults": 3}]})
    assert len(refusal.value.errors) == 2
    for name in ("respnd", "fults"):
        assert str(refusal.value).count(name) == 1


def test_a_tenant_whose_rules_are_wrong_is_not_left_behind(server: Simulator) -> None:
    with Control(server.control_url) as control:
        before = control.tenants()
        with pytest.raises(ControlProblem):
            SimulatedTenant.made(control, "outage", rules=[{"nam": "a"}])
        assert control.tenants() == before


def test_objects_say_what_they_are_without_credentials() -> None:
    url = "http://me:the-password@127.0.0.1:9/prefix"
    for kind, tenant_kind in ((Control, SimulatedTenant), (AsyncControl, AsyncSimulatedTenant)):
        control: Any = kind(url, "the-control-token")
        tenant: Any = tenant_kind(control, MADE)
        shown = [
            *map(repr, (control, tenant, tenant.clock, tenant.journal, control._transport.endpoint, MADE))
        ]
        assert shown[0] == f"{kind.__name__}('http://127.0.0.1:9/prefix')"
        assert all("acme" in each for each in shown[1:4])
        assert not [secret for secret in SECRETS for each in shown if secret in each]


@pytest.mark.parametrize("token", ["the-control-token\nX: y", "the-control-token ü"])
def test_a_token_that_no_header_can_have_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="expected a token of visible ASCII characters") as raised:
        Control("http://127.0.0.1:9", token)
    assert "the-control-token" not in str(raised.value)


def test_the_environment_may_have_a_line_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(control_token="the-control-token") as server:
        monkeypatch.setenv("OIFDE_CONTROL", server.control_url + "\n")
        monkeypatch.setenv("OIFDE_CONTROL_TOKEN", "the-control-token\n")
        with Control.from_environment() as control:
            assert control.tenants()


# Imports

LATE = """
import http.client, socket, ssl

class Recorded(Exception):
    pass

def refuse(*_, **__):
    raise Recorded("the patch of another vendor's cassette")

kept = {{(module, name): getattr(module, name) for module, name in [
    (http.client, "HTTPConnection"), (http.client, "HTTPSConnection"), (socket, "socket"),
    (socket, "create_connection"), (ssl, "SSLContext"), (ssl, "create_default_context")]}}
patched = [each for each in kept if each[1] in {patched!r}]
for module, name in patched:
    setattr(module, name, refuse)
from oifde_simulator.client import Control, AsyncControl
control = Control({url!r})
{inside}
for module, name in patched:
    setattr(module, name, kept[module, name])
print(control.readyz().status)
"""
PATCHES = {
    "http.client, and used inside": ({"HTTPConnection", "HTTPSConnection"}, "control.livez()"),
    "sockets": ({"socket", "create_connection", "SSLContext", "create_default_context"}, ""),
}


@pytest.mark.parametrize(("patched", "inside"), PATCHES.values(), ids=PATCHES)
def test_a_first_import_under_a_patch_binds_nothing(
    server: Simulator, patched: set[str], inside: str
) -> None:
    code = LATE.format(patched=patched, inside=inside, url=server.control_url)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_a_patch_after_the_import_is_respected(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control(server.control_url)

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no sockets in this test")

    monkeypatch.setattr("socket.create_connection", refuse)
    with pytest.raises(ConnectionError, match="no sockets in this test"):
        control.readyz()


def test_proxies_of_the_environment_are_ignored(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Control(server.control_url) as control:
        assert control.readyz().status == "ready"
