"""`sessions.generate` and `sessions.users`: what is told of a mistake, and where."""

from __future__ import annotations

import pytest

from simulator.failure import loading
from simulator.failure.located import ScenarioErrors

MISTAKES = {
    "generate true": ("generate: true", "2:13", "write {} to generate with every default"),
    "seed of a wrong type": ("generate: {seed: [1]}", "2:20", "write a whole number or a text in quotes"),
    "unknown locale": (
        "generate: {locale: en_USA}",
        "2:22",
        'unknown locale "en_USA"; did you mean "en_US"?',
    ),
    "negative per_day": ("generate: {per_day: -1}", "2:23", "from 0 to 20"),
    "absurd per_day": ("generate: {per_day: 5000}", "2:23", "from 0 to 20"),
    "no days": ("generate: {days: 0}", "2:20", "from 1 to 1000"),
    "unknown dialog type": (
        "generate: {mix: {chat: 1}}",
        "2:20",
        'unknown key "chat"; did you mean "chatbot"?',
    ),
    "no weight": ("generate: {mix: {chatbot: 0}}", "2:19", "every weight is 0"),
    "unknown oddity": ("generate: {oddities: {emojis: 1}}", "2:25", 'did you mean "emoji"?'),
    "a rate over 1": ("generate: {oddities: {emoji: 2}}", "2:32", "from 0 (never) to 1 (always)"),
    "a number with letters": ('users: {"abc": 1}', "2:11", "can only have literal records"),
    "a number too long": ('users: {"1234567890123456": 1}', "2:11", "1 to 15 digits"),
    "an unquoted number": ("users: {18000000001: 1}", "2:11", '"18000000001"'),
    "too many": ('users: {"1": 20001}', "2:16", "from 0 to 20000"),
    "users but generate false": ('generate: false\n  users: {"1": 1}', "2:13", "remove one of the two"),
}


@pytest.mark.parametrize(("text", "place", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_where_it_stands(text: str, place: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loading.loads(f"sessions:\n  {text}\n".encode(), "acme.yaml", "acme")
    assert any(f"acme.yaml:{place}: " in str(each) and words in str(each) for each in caught.value.errors), (
        caught.value
    )


def test_users_without_generate_have_sessions_and_nobody_else() -> None:
    how = loading.loads(b'sessions: {users: {"5": 3}}', "acme.yaml", "acme").generate
    assert how is not None
    assert (how.per_day, dict(how.users)) == (0.0, {"5": 3})


def test_every_default_is_taken_by_an_empty_mapping() -> None:
    how = loading.loads(b"sessions: {generate: {}}", "acme.yaml", "acme").generate
    assert how is not None
    assert (how.seed, how.locale, how.days, how.per_day, how.mix) == (None, "en_US", 90, 0.5, None)
