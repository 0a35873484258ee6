"""Tokens that nobody stores."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.model.credentials import TokenFacts, TokenJudgement, Verdict
from oifde_simulator.oifde.credential_counts import CredentialCounts
from oifde_simulator.oifde.tokens import Tokens

NOW = 1_767_225_600_000
HEX = set(string.hexdigits.lower())


class Issuer:
    """Tokens of one tenant with their counts."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.counts = CredentialCounts()

    def issue(self, now: int) -> str:
        """Make the token with the next number."""
        return self.tokens.text(now, self.counts.next_number())

    def judge(self, token: str | None, now: int) -> Verdict:
        """Judge a token by what was counted so far."""
        return self.tokens.judge(token, now, self.counts.facts(token or "")).verdict


def tokens(seed: str = "0", tenant: str = "acme", **options: object) -> Issuer:
    return Issuer(Tokens(seed=seed, tenant=tenant, lifetime=3600, **options))  # type: ignore[arg-type]


def test_a_token_is_32_lowercase_hex_digits() -> None:
    token = tokens().issue(NOW)
    assert len(token) == 32
    assert set(token) <= HEX


def test_no_two_tokens_are_equal_under_a_clock_that_stands_still() -> None:
    issuer = tokens()
    assert len({issuer.issue(NOW) for _ in range(20_000)}) == 20_000


def test_a_token_is_good_until_the_end_of_its_lifetime_and_not_a_millisecond_longer() -> None:
    issuer = tokens()
    token = issuer.issue(NOW)
    assert issuer.judge(token, NOW) == "good"
    assert issuer.judge(token, NOW + 3_599_999) == "good"
    assert issuer.judge(token, NOW + 3_600_000) == "expired"


@given(st.integers(0, 2**47), st.integers(1, 20))
def test_a_replica_with_the_same_seed_accepts_what_another_issued(now: int, issued: int) -> None:
    issuer, replica = tokens(), tokens()
    for _ in range(issued):
        token = issuer.issue(now)
    assert replica.judge(token, now) == "good"


def test_a_token_of_another_tenant_or_seed_is_unknown() -> None:
    token = tokens().issue(NOW)
    assert tokens(tenant="other").judge(token, NOW) == "unknown"
    assert tokens(seed="1").judge(token, NOW) == "unknown"


def test_each_altered_digit_makes_a_token_unknown() -> None:
    issuer = tokens()
    token = issuer.issue(NOW)
    for place in range(32):
        other = "0" if token[place] != "0" else "1"
        assert issuer.judge(token[:place] + other + token[place + 1 :], NOW) == "unknown"


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert tokens().judge(text, NOW) == ("unknown" if text else "missing")


def test_a_token_in_capitals_is_not_the_token() -> None:
    issuer = tokens()
    token = next(t for t in (issuer.issue(NOW) for _ in range(100)) if t.upper() != t)
    assert issuer.judge(token.upper(), NOW) == "unknown"


def test_fixed_tokens_stand_beside_issued_ones_and_do_not_expire() -> None:
    issuer = tokens(fixed=["f1"])
    assert issuer.judge("f1", NOW * 2) == "good"
    assert issuer.judge(issuer.issue(NOW), NOW) == "good"


def test_anything_accepts_each_token_but_an_empty_one() -> None:
    issuer = tokens(anything=True)
    assert issuer.judge("x", NOW) == "good"
    assert issuer.judge("", NOW) == "missing"
    assert issuer.judge(None, NOW) == "missing"


def test_remembering_checked_tokens_stays_bounded() -> None:
    issuer = tokens()
    for _ in range(10_050):
        assert issuer.judge(issuer.issue(NOW), NOW) == "good"
    assert len(issuer.tokens._remembered) <= 10_000


def test_a_judgement_follows_from_the_facts_and_changes_none() -> None:
    limited = tokens(uses=2).tokens
    token = limited.text(NOW, 0)
    for _ in range(3):
        assert limited.judge(token, NOW, TokenFacts(used=1)) == TokenJudgement("good", counts_use=True)
    assert limited.judge(token, NOW, TokenFacts(used=2)) == TokenJudgement("expired")
    assert limited.judge(token, NOW, TokenFacts(ended="unknown")) == TokenJudgement("unknown")


def test_a_use_is_counted_only_where_uses_are_limited() -> None:
    assert tokens().tokens.judge(tokens().issue(NOW), NOW, TokenFacts()) == TokenJudgement("good")


def test_with_single_the_newest_token_is_a_fact_that_expires_the_others() -> None:
    single = tokens(single=True).tokens
    first, second = single.text(NOW, 0), single.text(NOW, 1)
    assert single.judge(first, NOW, TokenFacts()).verdict == "good"
    assert single.judge(first, NOW, TokenFacts(latest=second)).verdict == "expired"
    assert single.judge(second, NOW, TokenFacts(latest=second)).verdict == "good"


def test_equal_time_and_number_make_an_equal_token_in_every_process() -> None:
    assert tokens().tokens.text(NOW, 7) == tokens().tokens.text(NOW, 7)
    assert tokens().tokens.text(NOW, 7) != tokens().tokens.text(NOW, 8)
