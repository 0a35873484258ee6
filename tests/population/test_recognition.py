"""What speech recognition makes of the words of a caller."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_dialogues import LOCALES, SILENCED, composed

from oifde_simulator.population.dialogue.recognition import LONGEST, heard
from oifde_simulator.population.dialogue.turns import Dialogue
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.oddities import Oddities
from oifde_simulator.population.screenplays.texts import CHAT, KEYS, OUTBOUND, VOICE, merge, texts
from oifde_simulator.randomness import key

ALWAYS = Oddities(**dict.fromkeys(SILENCED.__slots__, 0.0) | {"recognition_errors": 1.0})
CALLS = st.sampled_from([VOICE, OUTBOUND])
seeds = st.integers(0, 2**64)


def words(dialogue: Dialogue) -> list[str]:
    return [turn.user for turn in dialogue.turns]


@given(seeds, CALLS, st.sampled_from(LOCALES))
def test_only_what_the_user_said_is_mistaken(seed: int, kind: str, locale: str) -> None:
    """Draws that differ in nothing else make the same turns, with the same intentions and replies."""
    said, made = composed(seed, kind, locale), composed(seed, kind, locale, ALWAYS)
    assert [(turn.intention, turn.reply) for turn in made.turns] == [
        (turn.intention, turn.reply) for turn in said.turns
    ]
    assert [bool(text) for text in words(made)] == [bool(text) for text in words(said)]
    for before, after in zip(words(said), words(made), strict=True):
        assert re.findall("[0-9]", after) == re.findall("[0-9]", before)
        assert len(after) <= 2 * len(before) + 12


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [VOICE, OUTBOUND])
def test_at_rate_one_most_turns_of_a_call_are_mistaken(kind: str, locale: str) -> None:
    pairs = [
        (before, after)
        for seed in range(60)
        for before, after in zip(
            words(composed(seed, kind, locale)), words(composed(seed, kind, locale, ALWAYS)), strict=True
        )
        if before and not before.strip(".。").isdigit()
    ]
    assert sum(before != after for before, after in pairs) > 0.7 * len(pairs)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [CHAT, KEYS])
def test_what_is_typed_or_keyed_is_not_mistaken(kind: str, locale: str) -> None:
    for seed in range(40):
        assert words(composed(seed, kind, locale, ALWAYS)) == words(composed(seed, kind, locale))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_rate_is_a_share_of_spoken_turns(locale: str) -> None:
    some = Oddities(**dict.fromkeys(SILENCED.__slots__, 0.0) | {"recognition_errors": 0.2})
    changed = spoken = 0
    for seed in range(400):
        said, made = words(composed(seed, VOICE, locale)), words(composed(seed, VOICE, locale, some))
        spoken += len([text for text in said if text])
        changed += sum(before != after for before, after in zip(said, made, strict=True))
    assert 0.1 < changed / spoken < 0.24


def attempts(said: str, locale: str) -> set[str]:
    return {heard(said, Draws(key(seed)), texts(locale)) for seed in range(200)}


def test_a_word_is_taken_for_one_that_sounds_alike_or_words_are_cut_off() -> None:
    found = attempts("How much is my bill this month?", "en_US")
    assert {
        "How much is my pill this month?",
        "How much is my bill this mouth?",
        "How much is my bill",
    } <= found
    assert "话费" in texts("zh_CN").homophones
    assert {"我想查一下花费账单。", "想查一下话费账单"} & attempts("我想查一下话费账单。", "zh_CN")


@pytest.mark.parametrize("said", ["1234.", "$52.49", "四位", "Hm.", "Ok 7 8"])
def test_what_has_nothing_to_mistake_stays(said: str) -> None:
    assert attempts(said, "en_US") == {said}


def test_a_long_utterance_keeps_its_length() -> None:
    both = Oddities(
        **dict.fromkeys(SILENCED.__slots__, 0.0) | {"recognition_errors": 1.0, "long_utterance": 1.0}
    )
    long = [
        text
        for seed in range(20)
        for text in words(composed(seed, VOICE, "en_US", both))
        if len(text) > LONGEST
    ]
    assert len(long) == 20
    assert all(len(text) >= 2000 for text in long)


def test_every_word_that_sounds_alike_is_written_in_small_letters_and_another_word() -> None:
    for locale in LOCALES:
        for word, alike in texts(locale).homophones.items():
            assert word == word.lower()
            assert alike
            assert word not in alike
            assert not re.search("[0-9]", "".join(alike))


def test_a_locale_without_words_of_its_own_has_those_of_its_language() -> None:
    from oifde_simulator.population.screenplays.files import read_locale

    english = read_locale("en_US")
    assert merge("xx", {}, english).homophones == english["homophones"]
    assert texts("zh_CN").homophones.keys().isdisjoint(english["homophones"])
