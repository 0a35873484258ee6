"""Credentials as far as they are counted: uses, ends, locks and the numbers of tokens."""

from __future__ import annotations

import asyncio

import pytest

from oifde_simulator.model.credential_step import EndedToken, SecretStep, TokenStep
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import State
from state_forms import entry, read

RIGHT, WRONG = SecretStep(True, 2, True), SecretStep(False, 2, True)


def token(text: str = "t", number: int | None = None, **given: object) -> TokenStep:
    """A token that is good as far as that needs no count."""
    return TokenStep(
        **{"token": text, "worth": "good", "number": number, "single": False, "uses": None} | given
    )  # type: ignore[arg-type]


async def worth(state: State, step: TokenStep) -> str:
    """Judge a token."""
    return (await state.exchanges.admit(await read(state), step)).token


async def issue(state: State, step: SecretStep = RIGHT, tenant: str = "acme") -> tuple[str, int]:
    """Judge a secret; the verdict and the number of the token."""
    admission = await state.exchanges.admit(await read(state, tenant), step)
    return admission.secret, admission.number


async def test_no_two_tokens_have_one_number_whatever_the_interleaving(state: State) -> None:
    numbers = [number for _, number in await asyncio.gather(*(issue(state) for _ in range(100)))]
    assert sorted(numbers) == list(range(100))


async def test_numbers_go_on_after_a_reset_and_are_those_of_the_tenant(state: State) -> None:
    assert [await issue(state), await issue(state, tenant="other")] == [("good", 0), ("good", 0)]
    await state.tenants.reset("acme")
    assert await issue(state) == ("good", 1)


async def test_a_token_is_used_up(state: State) -> None:
    assert [await worth(state, token(uses=2)) for _ in range(3)] == ["good", "good", "expired"]
    assert await worth(state, token("another", uses=2)) == "good"
    await state.tenants.reset("acme")
    assert await worth(state, token(uses=2)) == "good"


async def test_a_newer_token_ends_the_older_where_only_one_is_good(state: State) -> None:
    assert await worth(state, token(number=0, single=True)) == "good"
    for number in range(2):
        assert (await issue(state))[1] == number
    assert await worth(state, token(number=0, single=True)) == "expired"
    assert await worth(state, token(number=1, single=True)) == "good"
    assert await worth(state, token(number=0)) == "good"
    assert await worth(state, token(single=True)) == "good"  # a fixed one has no number


async def test_an_account_is_locked_after_wrong_secrets_one_after_another(state: State) -> None:
    steps = (WRONG, RIGHT, WRONG, WRONG, RIGHT)
    assert [(await issue(state, step))[0] for step in steps] == ["wrong", "good", "wrong", "wrong", "locked"]
    await state.tenants.reset("acme")
    assert (await issue(state))[0] == "good"


async def test_no_number_is_spent_where_no_token_is_issued(state: State) -> None:
    assert (await issue(state, SecretStep(True, None, False)))[0] == "good"
    assert await issue(state) == ("good", 0)


async def test_a_token_that_was_ended_is_so_from_the_next_request_on(state: State) -> None:
    ended = EndedToken("t", "unknown")
    await state.exchanges.record(await read(state), entry(), (), ended, begun=False)
    assert await worth(state, token()) == "unknown"
    assert await worth(state, token("other")) == "good"


async def test_a_credential_is_not_counted_for_a_tenant_that_has_changed(state: State) -> None:
    before = await read(state)
    await state.tenants.reset("acme")
    with pytest.raises(Stale):
        await state.exchanges.admit(before, RIGHT)
    assert await issue(state) == ("good", 0)
