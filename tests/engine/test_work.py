"""The work of one request grows with its size and no faster, and what is told of it is bounded."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.journal.redaction.credential_finder import (
    LONGEST_NEEDLE,
    MOST_CREDENTIALS,
    CredentialFinder,
)
from oifde_simulator.journal.redaction.many_credentials import ManyCredentialsFinder
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Request
from oifde_simulator.oifde import validation
from oifde_simulator.scenario import loader


def engine(**settings: str) -> Engine:
    scenario = {"tenant": {"tokens": [TOKEN]}, "settings": settings}
    return Engine({"acme": loader.loads(json.dumps(scenario).encode(), "acme.yaml", "acme")})


def ask(served: Engine, body: dict[str, Any]) -> Entry:
    headers = CIMultiDict({"Content-Type": "application/json"})
    served.handle(Request("POST", QUERY, headers, json.dumps(body).encode()))
    return served.entries()[-1]


GOOD = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}
BODIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "credentials": lambda n: GOOD | {f"token{each}": f"{each:08}" for each in range(n)},
    "credentials alike": lambda n: GOOD | {f"token{each}": f"12345678{each:08}" for each in range(n)},
    "texts that are credentials too": lambda n: (
        GOOD
        | {f"token{each}": f"{each:08}" for each in range(n)}
        | {"callId": "".join(f"{each:08}" for each in range(n))}
    ),
    "unknown fields": lambda n: GOOD | {f"field{each}": "x" for each in range(n)},
    "long unknown fields": lambda n: GOOD | {f"{each}" + "user" * 20: "x" for each in range(n // 20)},
    "credentials in lists": lambda n: GOOD | {"x": [{"token": f"{each:08}"} for each in range(n)]},
    "one long credential": lambda n: GOOD | {"authToken": "x" * 20 * n},
    "one long name": lambda n: GOOD | {"token" * 4 * n: "12345678"},
}  # fmt: skip


@contextmanager
def searched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the bytes that are searched for credentials, once for each needle or credential."""
    found: list[int] = []
    with monkeypatch.context() as patch:
        for finder in (CredentialFinder, ManyCredentialsFinder):
            replace = finder.replace_bytes

            def counted(self: Any, octets: bytes, replace: Any = replace) -> bytes:
                found.append(len(octets) * max(1, len(self.needles)))
                return replace(self, octets)

            patch.setattr(finder, "replace_bytes", counted)
        yield found


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_request_is_searched_within_a_bound(
    monkeypatch: pytest.MonkeyPatch, body: Callable[[int], dict[str, Any]]
) -> None:
    served = engine()
    ask(served, GOOD)
    for size in (500, 2000):
        with searched(monkeypatch) as found:
            ask(served, body(size))
        # A head, the fields that are kept, an answer and its messages, whatever was sent.
        assert len(found) < 200
        assert sum(found) < 20 * len(json.dumps(body(size))) + 200_000


@pytest.mark.parametrize("number", [1, MOST_CREDENTIALS, MOST_CREDENTIALS + 1, 3000])
def test_a_finder_has_few_short_needles_however_many_credentials_there_are(number: int) -> None:
    finder = Redactor("0").finder(*(f'"{each:08}/+é' + "x" * 5000 for each in range(number)))
    assert len(finder.needles) <= 14 * MOST_CREDENTIALS
    assert finder.longest <= LONGEST_NEEDLE


@pytest.mark.parametrize("number", [MOST_CREDENTIALS, MOST_CREDENTIALS + 1, 500])
def test_none_of_many_credentials_is_kept(number: int) -> None:
    credentials = [f"s3cret-{each:04}-\u00e9/+" for each in range(number)]
    body = GOOD | {f"token{each}": text for each, text in enumerate(credentials)} | {
        "callId": f"a {credentials[0]} b {credentials[-1]}", credentials[-1]: "1", "pageSize": credentials[1],
    }  # fmt: skip
    for entry in (ask(engine(), body), ask(engine(unknown_fields="refuse"), body)):
        kept = json.dumps(entry.whole(), ensure_ascii=False)
        assert [each for each in credentials if each in kept or each[:12] in kept] == []
        assert entry.request.document["tenantId"] == "acme"
        assert entry.request.document["userMobile"] == GOOD["userMobile"]


@pytest.mark.parametrize("length", [LONGEST_NEEDLE - 1, LONGEST_NEEDLE, LONGEST_NEEDLE + 1, 9000])
def test_nothing_of_a_long_credential_is_kept(length: int) -> None:
    credential = "".join(f"{each:07};" for each in range(length))[:length]
    kept = json.dumps(ask(engine(), GOOD | {"authToken": credential, "callId": f"a {credential} b"}).whole())
    assert "0000001;" not in kept
    assert credential[-9:] not in kept


def test_a_number_that_is_a_credential_elsewhere_is_replaced_and_breaks_nothing() -> None:
    entry = ask(
        engine(), GOOD | {"token": "12345678", "count": 12345678, "x": {"12345678": [12345678.5, True]}}
    )
    assert "12345678" not in json.dumps(entry.whole())
    assert entry.request.document["x"]


@pytest.mark.parametrize("policy", ["ignore", "refuse"])
def test_the_first_unknown_fields_are_told_and_how_many_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, policy: str
) -> None:
    compared: list[str] = []
    nearest = validation.nearest
    monkeypatch.setattr(
        validation, "nearest", lambda name, known: compared.append(name) or nearest(name, known)
    )
    served = engine(**({} if policy == "ignore" else {"unknown_fields": policy}))
    with caplog.at_level(logging.INFO, "oifde_simulator.exchanges"):
        entry = ask(served, GOOD | {f"{policy}{each}": "x" for each in range(8000)})
    told = entry.warnings if policy == "ignore" else entry.problems
    assert len(compared) == 10
    assert len(told) == 11
    assert "and 7,990 more that are not fields of this interface" in told[-1]
    assert "and 7,990 more" in caplog.text
    assert len(caplog.text) < 4000
    assert entry.charge < 64 << 10


def test_ten_unknown_fields_are_all_told() -> None:
    entry = ask(engine(), GOOD | {f"field{each}": "x" for each in range(10)})
    assert len(entry.warnings) == 10
    assert "more" not in "".join(entry.warnings)
