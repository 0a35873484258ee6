"""Tokens that nobody stores."""

from __future__ import annotations

import string
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.oifde.credentials import tokens as tokens_room
from oifde_simulator.oifde.credentials.tokens import Tokens

NOW = 1_767_225_600_000
HEX = set(string.hexdigits.lower())


class Issuer(Tokens):
    """Tokens with a count of their own."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._numbers = count()

    def next(self, now: int) -> str:
        """The next token."""
        return self.issue(now, next(self._numbers))

    def worth(self, token: str | None, now: int) -> str:
        """Worth of a token in a word."""
        return self.judge(token, now).verdict


def tokens(seed: str = "0", tenant: str = "acme", **options: Any) -> Issuer:
    return Issuer(seed=seed, tenant=tenant, lifetime=3600, **options)


def test_a_token_is_32_lowercase_hex_digits() -> None:
    token = tokens().next(NOW)
    assert len(token) == 32
    assert set(token) <= HEX


def test_no_two_tokens_are_equal_under_a_clock_that_stands_still() -> None:
    issuer = tokens()
    assert len({issuer.next(NOW) for _ in range(20_000)}) == 20_000


def test_a_token_is_good_until_the_end_of_its_lifetime_and_not_a_millisecond_longer() -> None:
    issuer = tokens()
    token = issuer.next(NOW)
    assert issuer.worth(token, NOW) == "good"
    assert issuer.worth(token, NOW + 3_599_999) == "good"
    assert issuer.worth(token, NOW + 3_600_000) == "expired"


@given(st.integers(0, 2**47), st.integers(1, 20))
def test_a_replica_with_the_same_seed_accepts_what_another_issued(now: int, issued: int) -> None:
    issuer, replica = tokens(), tokens()
    for _ in range(issued):
        token = issuer.next(now)
    assert replica.worth(token, now) == "good"


def test_a_token_of_another_tenant_or_seed_is_unknown() -> None:
    token = tokens().next(NOW)
    assert tokens(tenant="other").worth(token, NOW) == "unknown"
    assert tokens(seed="1").worth(token, NOW) == "unknown"


def test_each_altered_digit_makes_a_token_unknown() -> None:
    issuer = tokens()
    token = issuer.next(NOW)
    for place in range(32):
        other = "0" if token[place] != "0" else "1"
        assert issuer.worth(token[:place] + other + token[place + 1 :], NOW) == "unknown"


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert tokens().worth(text, NOW) == ("unknown" if text else "missing")


def test_a_token_in_capitals_is_not_the_token() -> None:
    issuer = tokens()
    token = next(t for t in (issuer.next(NOW) for _ in range(100)) if t.upper() != t)
    assert issuer.worth(token.upper(), NOW) == "unknown"


def test_fixed_tokens_stand_beside_issued_ones_and_do_not_expire() -> None:
    issuer = tokens(fixed=["f1"])
    assert issuer.worth("f1", NOW * 2) == "good"
    assert issuer.worth(issuer.next(NOW), NOW) == "good"


def test_anything_accepts_each_token_but_an_empty_one() -> None:
    issuer = tokens(anything=True)
    assert issuer.worth("x", NOW) == "good"
    assert issuer.worth("", NOW) == "missing"
    assert issuer.worth(None, NOW) == "missing"


def test_remembering_checked_tokens_stays_bounded() -> None:
    issuer = tokens()
    for _ in range(tokens_room.ISSUED_KEPT // tokens_room.ISSUED_WEIGHT + 50):
        assert issuer.worth(issuer.next(NOW), NOW) == "good"
    assert tokens_room.ISSUED.weight <= tokens_room.ISSUED_KEPT


def test_equal_time_and_number_make_an_equal_token_in_every_process() -> None:
    assert tokens().issue(NOW, 7) == tokens().issue(NOW, 7)
    assert tokens().issue(NOW, 7) != tokens().issue(NOW, 8)
