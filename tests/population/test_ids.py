"""IDs that carry user number and time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.population.ids import DecodedId, IdCodec, is_number
from oifde_simulator.randomness import key

IDS = IdCodec(key("0", "acme"))
numbers = st.text("0123456789", min_size=1, max_size=15)
seconds = st.integers(1, 10**10 - 1)


@given(numbers, seconds)
def test_a_call_id_reads_back_with_its_leading_zeros(user: str, at: int) -> None:
    text, _, _, reached = IDS.ids(user, at)
    assert re.fullmatch("[0-9]{13}[0-9a-f]{24}", text)
    assert text.startswith(f"{reached:013d}")
    assert (at - 1) * 1000 <= reached < at * 1000
    assert IDS.decode_call_id(text) == DecodedId(user, at)


@given(numbers, seconds)
def test_a_cti_call_id_reads_back_and_keeps_to_32_characters(user: str, at: int) -> None:
    text = IDS.ids(user, at).cti_call_id
    assert len(text) == 32
    assert IDS.decode_cti_call_id(text) == DecodedId(user, at)


@given(numbers, seconds)
def test_the_name_of_a_recording_reads_back(user: str, at: int) -> None:
    text = IDS.ids(user, at).recording
    assert re.fullmatch(f"{at:010d}-[0-9]{{26}}", text)
    assert IDS.decode_recording_name(text) == DecodedId(user, at)


@given(numbers, seconds)
def test_the_digits_of_a_recording_do_not_show_those_of_the_user(user: str, at: int) -> None:
    digits = IDS.ids(user, at).recording.partition("-")[2]
    assert len(user) < 6 or user not in digits
    assert IDS.ids(user, at + 1).recording.partition("-")[2] != digits


@given(numbers, seconds, st.integers(0, 36), st.integers(1, 9))
def test_a_recording_with_one_digit_changed_reads_as_nothing(user: str, at: int, place: int, by: int) -> None:
    text = IDS.ids(user, at).recording
    changed = str((int(text[place]) + by) % 10) if place != 10 else "_"
    assert IDS.decode_recording_name(text[:place] + changed + text[place + 1 :]) is None


@given(numbers, seconds, st.integers(0, 36), st.integers(1, 15))
def test_a_call_id_with_one_digit_changed_reads_as_nothing(user: str, at: int, place: int, by: int) -> None:
    text = IDS.ids(user, at).call_id
    base = 10 if place < 13 else 16
    digit = f"{(int(text[place], 16) + by % (base - 1) + (by % (base - 1) == 0)) % base:x}"
    assert IDS.decode_call_id(text[:place] + digit + text[place + 1 :]) is None


@pytest.mark.parametrize(
    "other", [IdCodec(key("1", "acme")), IdCodec(key("0", "other"))], ids=["seed", "world"]
)
def test_an_id_of_another_seed_or_world_reads_as_nothing(other: IdCodec) -> None:
    read = [other.decode_call_id(IDS.ids(str(n), 1_767_225_600 + n).call_id) for n in range(1000)]
    assert read == [None] * 1000
    names = [other.decode_recording_name(IDS.ids(str(n), 1_767_225_600 + n).recording) for n in range(1000)]
    assert names == [None] * 1000


@given(st.text(max_size=40))
def test_any_text_reads_as_nothing(text: str) -> None:
    assert IDS.decode_call_id(text) is None
    assert IDS.decode_cti_call_id(text) is None
    assert IDS.decode_recording_name(text) is None


@pytest.mark.parametrize(
    "text", ["1618558941482" + "F" * 24, "1618558941482" + "0" * 24, "١" * 13 + "0" * 24]
)
def test_what_only_looks_like_a_call_id_reads_as_nothing(text: str) -> None:
    assert IDS.decode_call_id(text) is None


@pytest.mark.slow
def test_a_million_sessions_have_a_million_ids() -> None:
    at = 1_767_225_600
    found = [IDS.ids(f"{18_000_000_000 + n % 1000}", at + n // 1000) for n in range(1_000_000)]
    assert len({ids.call_id for ids in found}) == 1_000_000
    assert len({ids.cti_call_id for ids in found}) == 1_000_000


NUMBERS = {
    "1": True,
    "0" * 15: True,
    "1" * 16: False,
    "": False,
    "+861": False,
    "1 2": False,
    "180****": False,
    "١": False,
}


@pytest.mark.parametrize(("text", "is_one"), NUMBERS.items())
def test_numbers_of_1_to_15_ascii_digits_have_histories(text: str, is_one: bool) -> None:
    assert is_number(text) is is_one
