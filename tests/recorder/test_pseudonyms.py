"""Pseudonyms keep shapes and joins, and nothing else of a record survives."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.population import screenplays
from oifde_simulator.recorder.leak_scan import LeakScan
from oifde_simulator.recorder.originals import originals
from oifde_simulator.recorder.pseudonyms import Pseudonymiser, Wishes
from oifde_simulator.recorder.pseudonyms.files import replace_path
from oifde_simulator.recorder.pseudonyms.keyed import KeyedText
from oifde_simulator.recorder.pseudonyms.times import CallTimes
from oifde_simulator.recorder.pseudonyms.words import LENGTHS, STOCK, Words

START = 1618558942000
KEYED = KeyedText(b"a key of tests")


def pseudonymiser(key: bytes = b"a key of tests", **wishes: Any) -> Pseudonymiser:
    return Pseudonymiser(KeyedText(key), Wishes(**wishes), tenant="zenith", shown_tenant="copy")


digits = st.text("0123456789", min_size=8, max_size=18)
hexes = st.text("0123456789abcdef", min_size=24, max_size=24)
NAMES = (
    "startTime recordDetials recordFileName callingNumber calledNumber unknownMember businessInfoStr "
    "callSorId originalAnswer systemReply userSaying intention questionTitle seriesId locationId "
    "yugaoFileName ctiCallId"
)
"""Names of members, which stay as they are."""
said = st.text(
    st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo", "Nd", "Zs", "Po", "So")),
    min_size=8,
    max_size=90,
).filter(lambda text: len(text.strip()) >= 8 and any(map(str.isalpha, text)) and text not in NAMES)
secrets = st.recursive(
    st.one_of(st.none(), st.booleans(), said, digits, st.integers(10**8, 10**15)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(said, inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def records(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    user, called = draw(digits), draw(digits)
    call = f"{START - 518}{draw(hexes)}"
    path = f"Y:/135/odfsrecord/20210416/{START // 1000}-{user}.wav"
    turn = {
        "userSaying": draw(st.none() | said),
        "intention": draw(said),
        "systemReply": draw(said),
        "more": draw(secrets),
    }
    return user, {
        "logId": draw(hexes),
        "callSorId": user,
        "callingNumber": user,
        "calledNumber": called,
        "callId": call,
        "ctiCallId": draw(st.none() | st.just(f"{START // 1000}-{user}")),
        "flowInstId": f"{draw(digits)[:9]:0>9}20210416154221482{call}",
        "startTime": START,
        "callData": draw(st.one_of(said, secrets.map(json.dumps))),
        "businessInfo": draw(st.none() | secrets.map(json.dumps)),
        "businessInfoStr": json.dumps({"yugaoFileName": "null", "locationId": "0", "recordFileName": path}),
        "recordDetials": [turn],
        "qaRecords": [{"questionTitle": draw(said), "originalAnswer": user, "seriesId": draw(digits)}],
        "unknownMember": draw(secrets),
    }  # fmt: skip


@given(records(), st.binary(min_size=16, max_size=16))
@settings(max_examples=examples(60))
@pytest.mark.slow(seconds=1)
def test_no_number_word_or_id_survives(given: tuple[str, dict[str, Any]], key: bytes) -> None:
    user, record = given
    made = pseudonymiser(key).record(user, record)
    text = json.dumps(made, ensure_ascii=False)
    found = [each for each, kind in originals(user, record, words=True) if len(each) >= 8 and each in text]
    assert found == []
    assert user not in text


@given(records())
@settings(max_examples=examples(50))
def test_values_join_and_ids_keep_their_form(given: tuple[str, dict[str, Any]]) -> None:
    user, record = given
    made = pseudonymiser().record(user, record)
    number = made["userMobile"]
    assert (len(number), number.isdecimal(), number[0]) == (len(user), True, user[0])
    assert made["callSorId"] == made["callingNumber"] == made["qaRecords"][0]["originalAnswer"] == number
    assert made["callId"][:13] == record["callId"][:13]
    assert made["flowInstId"][9:] == f"20210416154221482{made['callId']}"
    assert set(made["callId"]) <= set("0123456789abcdef")
    path = json.loads(made["businessInfoStr"])["recordFileName"]
    assert path.endswith(f"/odfsrecord/20210416/{START // 1000}-{number}.wav")
    assert made["ctiCallId"] in (None, f"{START // 1000}-{number}")
    assert list(made)[1:] == list(record)
    assert (made["recordDetials"][0]["userSaying"] is None) == (
        record["recordDetials"][0]["userSaying"] is None
    )


def test_one_key_gives_the_same_and_another_key_gives_another() -> None:
    record = {"callSorId": "18000000001", "callData": "order 4711"}
    first, again, other = (pseudonymiser(key).record("18000000001", record) for key in (b"a", b"a", b"b"))
    assert first == again != other


@pytest.mark.parametrize("size", [1, 2, 3])
def test_numbers_of_a_length_are_permuted_and_none_stays(size: int) -> None:
    numbers = [f"{number:0{size}d}" for number in range(10**size)]
    made = list(map(KEYED.run, numbers))
    assert sorted(made) == numbers
    assert not any(a == b for a, b in zip(made, numbers, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "180****9999",
        "+86 180-0000-0001",
        "7343-4256-a659-c7fe7682ef03",
        "abcdef12",
        "sip:Bob@x.cn",
        "张三",
        "٣٤٥",
    ],
)
def test_a_shape_stays(text: str) -> None:
    made = KEYED.shape(text)
    assert made != text
    assert [kind(each) for each in made] == [kind(each) for each in text]


def kind(character: str) -> str:
    """Tell marks, digits and hex digits in lower or upper case, and other letters, from each other."""
    if not character.isalnum():
        return character
    if character.isascii():
        return "upper" if character.isupper() else "lower or digit"
    return unicodedata.category(character)


@pytest.mark.parametrize(
    "text", ["How much?", "您好，话费是多少", "x" * 300, "Yes", "مرحبا بكم", "🎉 party time"]
)
def test_words_become_words_of_ours_of_a_like_length(text: str) -> None:
    made = Words(KEYED).replace(text)
    (low, high) = next(each for each in LENGTHS if len(text) <= each[1])
    assert low <= len(made) <= high
    assert made != text


@pytest.mark.parametrize("text", ["", "null", " ", "...", "？"])
def test_what_says_nothing_stays(text: str) -> None:
    assert Words(KEYED).replace(text) == text


def test_words_of_ours_are_none_of_the_simulators_dialogues() -> None:
    files = Path(screenplays.__file__).parent.glob("*.toml")
    text = "".join(path.read_text("utf-8") for path in files).lower()
    assert text
    assert [word for word in STOCK["zh"] if word in text] == []
    assert [word for word in STOCK["en"] if re.search(rf"\b{word}\b", text)] == []


def test_numbers_in_kept_words_go_however_they_are_written() -> None:
    words = "Ring 180-0000-0001, 180 0000 0001 or 18000000001; order 987654"
    record = {"callSorId": "18000000001", "recordDetials": [{"userSaying": words}]}
    made = pseudonymiser(keep_words=True).record("18000000001", record)
    number = made["userMobile"]
    text = made["recordDetials"][0]["userSaying"]
    assert text.startswith(f"Ring {number[:3]}-{number[3:7]}-{number[7:]}, {number[:3]} {number[3:7]}")
    assert f"or {number}; order 9" in text
    assert "987654" not in text


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/record/9/odfsrecord/20210416/1618558942-7.wav", "/record/*/odfsrecord/20210417/1618645342-*.wav"),
        ("Y:/39/transferrecord/20210416/x.wav", "Y:/**/transferrecord/20210417/*.wav"),
        ("Y:/record/39/20210416/x.wav", "Y:/record/**/20210417/*.wav"),
        ("x.wav", "*.wav"), ("", ""),
    ],
)  # fmt: skip
def test_the_four_forms_of_file_names_stay(path: str, made: str) -> None:
    assert replace_path(path, CallTimes(START, 86_400_000), lambda text: text.translate(STARS)) == made


STARS = dict.fromkeys((*map(ord, "0123456789x"),), "*")


def test_json_in_a_string_stays_json_written_alike() -> None:
    record = {"callData": '{"when": [1, true, null], "who": "Alice"}'}
    made = pseudonymiser().record("1", record)["callData"]
    assert json.dumps(json.loads(made)) == made
    assert "Alice" not in made
    assert "who" not in made


def test_what_is_nested_too_deep_is_refused() -> None:
    value: Any = "x"
    for _ in range(200):
        value = [value]
    with pytest.raises(ValueError, match="at most 50 levels"):
        pseudonymiser().record("1", {"odd": value})


@pytest.mark.parametrize("value", [0, -1, "0", None, ""])
def test_a_time_that_is_none_stays(value: Any) -> None:
    assert pseudonymiser(shift=1000).record("1", {"endTime": value})["endTime"] == value


def leaks(value: Any, *known: tuple[str, str], made: Iterable[str] = ()) -> list[str]:
    scan = LeakScan()
    scan.add(known)
    return [str(leak) for leak in scan.leaks(value, set(made))]


def test_a_leak_is_told_by_kind_and_place_and_not_by_value() -> None:
    value = {"records": [{"recordDetials": [{"userSaying": "call 18000000001 now"}]}]}
    (line,) = leaks(value, ("18000000001", "a number"))
    assert line == "a number of the original is left at records[0].recordDetials[0].userSaying"


@pytest.mark.parametrize(
    ("value", "original", "count"),
    [
        ({"callData": "x18000000001y"}, "18000000001", 1),
        ({"callData": "12345678"}, "1234", 0),
        ({"callData": "is 1234 so"}, "1234", 1),
        ({"startTime": 1618558942000}, "18558942", 0),
        ({"odd": 1618558942000}, "18558942", 1),
        ({"Alice_key": 1}, "Alice_key", 1),
        ({"callData": "made 18000000001"}, "8000000", 0),
    ],
)  # fmt: skip
def test_an_original_is_found_where_chance_cannot_have_put_it(value: Any, original: str, count: int) -> None:
    assert len(leaks(value, (original, "x"), made=["18000000001"])) == count
