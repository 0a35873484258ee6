"""Dialogues agree with themselves, the channel and the clock, whatever is drawn."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.population.dialogue.composition import LONG_CALL, compose
from oifde_simulator.population.dialogue.conversation import RAMBLED, DialogueContext, join_talks
from oifde_simulator.population.dialogue.turns import Dialogue
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.oddities import NAMES, Oddities, oddity_draws
from oifde_simulator.population.screenplays.caller import Caller
from oifde_simulator.population.screenplays.facts import Facts
from oifde_simulator.population.screenplays.files import read_locale, written_locales
from oifde_simulator.population.screenplays.script import Talk, read_talk
from oifde_simulator.population.screenplays.texts import (
    CHAT,
    DIALOG_TYPES,
    KEYS,
    OUTBOUND,
    VOICE,
    merge,
    texts,
)
from oifde_simulator.population.screenplays.values import Values
from oifde_simulator.population.vocabulary import vocabulary
from oifde_simulator.randomness import key

LOCALES = ["en_US", "zh_CN"]
DAY = date(2025, 3, 11)
NUMBER = "18000000250"
MANY = 6000
OF_SESSIONS = [name for name in NAMES if name != "recognition_errors"]
"""Oddities whose rate is a share of sessions; test_recognition.py is about the other."""
SILENCED = Oddities(**dict.fromkeys(NAMES, 0.0))
MENU = {
    "1": {"bill", "balance", "silence", "misrecognition"},
    "2": {"payment"},
    "3": {"package", "usage"},
    "4": {"delivery"},
    "5": {"appointment"},
    "6": {"password", "sim"},
    "7": {"roaming"},
    "8": {"network"},
    "0": {"agent"},
}
VOICE_WORDING = re.compile(
    r"\b(hear|heard|listen|say|says|speak|spoke|press|hold on|hold the line|calling|voice)\b"
    r"|听到|听懂|听清|声音|说出|请按",
    re.IGNORECASE,
)
MONEY = re.compile(r"\$\d+(?:\.\d\d)?|\d+(?:\.\d\d)?元")

locales = st.sampled_from([*LOCALES, "fr_FR"])
kinds = st.sampled_from(DIALOG_TYPES)
seeds = st.integers(0, 2**64)
rates = st.builds(Oddities, **{name: st.sampled_from([0.0, 0.0, 0.3, 1.0]) for name in NAMES})
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def caller(seed: object, locale: str = "en_US") -> Caller:
    return Caller(key("caller", seed), vocabulary(locale), texts(locale).formats, NUMBER)


def composed(
    seed: object, kind: str = VOICE, locale: str = "en_US", rates: Oddities = SILENCED, day: date = DAY
) -> Dialogue:
    return compose(
        Draws(key("test", seed)), caller(seed, locale), texts(locale), kind, oddity_draws(rates), day=day
    )


@cache
def sample(count: int, rates: Oddities | None = None, locale: str = "en_US") -> list[Dialogue]:
    draws = Draws(key("sample"))
    mix = [VOICE] * 8 + [OUTBOUND] * 3 + [CHAT] * 4 + [KEYS] * 5
    return [composed(seed, draws.pick(mix), locale, rates or Oddities()) for seed in range(count)]


def cents(money: str) -> int:
    return round(float(money.strip("$元")) * 100)


class TestAnyDialogue:
    @given(seeds, kinds, locales, rates, days)
    def test_has_no_placeholder_left(
        self, seed: int, kind: str, locale: str, rates: Oddities, day: date
    ) -> None:
        dialogue = composed(seed, kind, locale, rates, day)
        said = [text for turn in dialogue.turns for text in (turn.user, turn.reply)]
        asked = [question.title for question in dialogue.questions]
        assert not [text for text in said + asked if "{" in text or "}" in text]

    @given(seeds, kinds, locales, rates)
    def test_lets_an_agent_answer_only_after_one_was_let_in(
        self, seed: int, kind: str, locale: str, rates: Oddities
    ) -> None:
        modes = [(turn.source, turn.mode) for turn in composed(seed, kind, locale, rates).turns]
        assert set(modes) <= {(0, 0), (0, 1), (1, 2)}
        assert modes[:1] != [(1, 2)]
        assert all(before[1] != 0 for before, after in pairwise(modes) if after == (1, 2))

    @given(seeds, kinds, locales, rates)
    def test_goes_forward_in_time(self, seed: int, kind: str, locale: str, rates: Oddities) -> None:
        dialogue = composed(seed, kind, locale, rates)
        assert all(0 < turn.asked <= turn.answered for turn in dialogue.turns)
        assert all(before.answered < after.asked for before, after in pairwise(dialogue.turns))
        assert all(turn.answered < dialogue.seconds for turn in dialogue.turns)
        assert 0 < dialogue.seconds < 3600

    @given(seeds, kinds, locales, rates)
    def test_has_answers_to_questions_that_were_just_asked(
        self, seed: int, kind: str, locale: str, rates: Oddities
    ) -> None:
        dialogue = composed(seed, kind, locale, rates)
        asked_at = {turn.asked: place for place, turn in enumerate(dialogue.turns)}
        for question in dialogue.questions:
            place = asked_at[question.at]
            assert question.original_answer.startswith(dialogue.turns[place].user.split(" ")[0])
            assert question.title.casefold() in dialogue.turns[place - 1].reply.casefold()
            assert question.type in {"1", "2", "3"}
            assert question.answer_intent
            assert question.series.isdigit()

    @given(seeds, kinds, locales, rates)
    def test_is_the_same_for_the_same_draws(self, seed: int, kind: str, locale: str, rates: Oddities) -> None:
        assert composed(seed, kind, locale, rates) == composed(seed, kind, locale, rates)

    @given(seeds, st.sampled_from(LOCALES))
    def test_is_typed_in_a_chat_and_speaks_of_no_sound(self, seed: int, locale: str) -> None:
        dialogue = composed(seed, CHAT, locale)
        replies = [turn.reply for turn in dialogue.turns]
        assert not [reply for reply in replies if VOICE_WORDING.search(reply)]
        assert all(turn.user for turn in dialogue.turns)

    @given(seeds, st.sampled_from(LOCALES))
    def test_is_keyed_in_an_ivr_flow(self, seed: int, locale: str) -> None:
        said = [turn.user for turn in composed(seed, KEYS, locale).turns]
        assert all(set(keys) <= set("0123456789*#") for keys in said)

    @given(seeds, kinds, st.sampled_from(LOCALES), rates)
    def test_has_values_that_add_up(self, seed: int, kind: str, locale: str, rates: Oddities) -> None:
        values = composed(seed, kind, locale, rates).values
        sums = [
            ("after", "balance", "payment"),
            ("amount", "price", "extra"),
            ("new_price", "price", "difference"),
            ("price", "small_price", "saving"),
        ]
        for total, one, other in sums:
            if {total, one, other} <= values.keys():
                assert cents(values[total]) == cents(values[one]) + cents(values[other])
        if {"trip_cost", "days", "day_pass"} <= values.keys():
            assert cents(values["trip_cost"]) == int(values["days"]) * cents(values["day_pass"])
        if {"used", "left", "data"} <= values.keys():
            assert float(values["used"]) + float(values["left"]) == pytest.approx(float(values["data"]))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", DIALOG_TYPES)
class TestEveryTalk:
    def said(self, locale: str, kind: str, talk: Talk) -> list[tuple[str, str]]:
        draws = Draws(key(locale, kind, talk))
        facts = Facts(draws, caller("somebody", locale), DAY)
        scene = DialogueContext(draws, Values(facts), texts(locale), kind)
        return [(turn.user, turn.reply) for _ in range(6) for turn in join_talks(scene, [talk], smooth=False)]

    def test_can_be_had(self, kind: str, locale: str) -> None:
        for place, talk in enumerate(texts(locale).first[kind].talks):
            said = self.said(locale, kind, talk)
            assert len(said) >= 6 * len(talk.steps), (talk.name, place)
            unfinished = [reply for user, reply in said if not reply or "{" in user + reply]
            assert not unfinished, (talk.name, place)

    def test_names_the_amount_that_the_user_named(self, kind: str, locale: str) -> None:
        for place, talk in enumerate(texts(locale).first[kind].talks):
            for user, reply in self.said(locale, kind, talk):
                declined = "declined" in reply or "拒绝" in reply or "last four" in reply or "后四位" in reply
                named = set(MONEY.findall(user)) <= set(MONEY.findall(reply))
                assert named or declined, (talk.name, place)

    def test_begins_an_ivr_flow_with_the_key_that_the_menu_names(self, kind: str, locale: str) -> None:
        for talk in texts(locale).first[kind].talks if kind == KEYS else ():
            first = talk.steps[0].words[0].phrasings[0]
            assert talk.name in MENU.get(first, {"silence", "misrecognition"})


@pytest.mark.parametrize("locale", LOCALES)
class TestALocale:
    def test_has_its_own_file_with_at_least_fourteen_intents(self, locale: str) -> None:
        assert locale in written_locales()
        intents = {talk.name for kind in DIALOG_TYPES for talk in texts(locale).first[kind].talks}
        assert len(intents) >= 14

    def test_has_two_to_seven_variants_of_each_intent(self, locale: str) -> None:
        written = {id(talk): talk.name for kind in DIALOG_TYPES for talk in texts(locale).first[kind].talks}
        assert all(2 <= count <= 7 for count in Counter(written.values()).values())

    def test_has_the_intents_of_each_type_that_english_has(self, locale: str) -> None:
        for kind in DIALOG_TYPES:
            mine, english = texts(locale).first[kind].talks, texts("en_US").first[kind].talks
            assert {talk.name for talk in mine} == {talk.name for talk in english}

    @pytest.mark.parametrize("kind", DIALOG_TYPES)
    def test_has_surveys_or_closings_with_questions_for_each_type(self, locale: str, kind: str) -> None:
        assert any(composed(seed, kind, locale).questions for seed in range(300))


class TestOddities:
    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize("kind", DIALOG_TYPES)
    def test_never_happen_at_rate_zero(self, kind: str, locale: str) -> None:
        for dialogue in (composed(seed, kind, locale) for seed in range(200)):
            said = "".join(turn.user + turn.reply for turn in dialogue.turns)
            assert 0 < len(dialogue.turns) < LONG_CALL
            assert not re.search("[\u0590-\u06ff\U0001f300-\U0001faff]", said)
            assert all(turn.intention and turn.reply for turn in dialogue.turns)
            assert all(len(turn.user) < RAMBLED for turn in dialogue.turns)

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize("kind", DIALOG_TYPES)
    @pytest.mark.parametrize("name", OF_SESSIONS)
    def test_always_happen_at_rate_one(self, name: str, kind: str, locale: str) -> None:
        always = Oddities.from_mapping(dict.fromkeys(NAMES, 0) | {name: 1})
        for seed in range(60):
            assert HAPPENED[name](composed(seed, kind, locale, always)) or (name, kind) in NOT_ON_THE_PHONE

    @pytest.mark.parametrize("kind", DIALOG_TYPES)
    def test_may_happen_all_at_once(self, kind: str) -> None:
        everything = Oddities.from_mapping(dict.fromkeys(NAMES, 1) | {"empty_details": 0})
        dialogue = composed(1, kind, rates=everything)
        assert all(
            HAPPENED[name](dialogue) or (name, kind) in NOT_ON_THE_PHONE
            for name in OF_SESSIONS
            if name != "empty_details"
        )

    @pytest.mark.slow(seconds=3)
    @pytest.mark.parametrize("name", ["empty_details", "hang_up", "null_intention", "quotes"])
    def test_happen_as_often_as_documented(self, name: str) -> None:
        rate = getattr(Oddities(), name)
        happened = sum(map(HAPPENED[name], sample(MANY)))
        assert 0.6 * rate < happened / MANY < 1.4 * rate

    def test_keep_defaults_for_what_is_not_named(self) -> None:
        assert Oddities.from_mapping({"emoji": 1}) == Oddities(emoji=1.0)

    @pytest.mark.parametrize(
        ("rates", "complaint"),
        [
            ({"hangup": 0.1}, 'unknown oddity "hangup"; did you mean "hang_up"'),
            ({"xyz": 0.1}, "expected one of empty_details, long_call"),
            ({"rtl": 1.5}, "rtl: expected a share from 0 to 1; found 1.5"),
            ({"rtl": -0.1}, "found -0.1"),
            ({"rtl": "often"}, "found 'often'"),
            ({"rtl": True}, "found True"),
            ({"rtl": float("nan")}, "found nan"),
        ],
        ids=lambda value: None if isinstance(value, str) else str(value),
    )
    def test_refuse_what_is_no_rate(self, rates: dict[str, object], complaint: str) -> None:
        with pytest.raises(ValueError, match=re.escape(complaint)):
            Oddities.from_mapping(rates)


def hung_up(dialogue: Dialogue) -> bool:
    last = dialogue.turns[-1:]
    return any(not turn.reply or turn.reply[-1] not in '.?!。？！”"' for turn in last)


HAPPENED = {
    "empty_details": lambda dialogue: not dialogue.turns,
    "long_call": lambda dialogue: len(dialogue.turns) == LONG_CALL,
    "emoji": lambda dialogue: any(
        re.search("[\u2764\U0001f300-\U0001faff]", turn.user) for turn in dialogue.turns
    ),
    "rtl": lambda dialogue: any(re.search("[\u0590-\u06ff]", turn.user) for turn in dialogue.turns),
    "quotes": lambda dialogue: any(
        name in turn.user + turn.reply
        for turn in dialogue.turns
        for locale in LOCALES
        for name in texts(locale).awkward["names"]
    ),
    "null_intention": lambda dialogue: any(turn.intention is None for turn in dialogue.turns),
    "long_utterance": lambda dialogue: any(len(turn.user) >= RAMBLED for turn in dialogue.turns),
    "hang_up": hung_up,
}
NOT_ON_THE_PHONE = {("emoji", kind) for kind in DIALOG_TYPES if kind != CHAT}


class TestHangUp:
    @given(seeds, kinds, st.sampled_from(LOCALES))
    def test_ends_what_was_said_before_and_nothing_else(self, seed: int, kind: str, locale: str) -> None:
        """Draws that differ only in the hang-up share a beginning; the last turn is cut."""
        cut = composed(seed, kind, locale, Oddities(**dict.fromkeys(NAMES, 0.0) | {"hang_up": 1.0}))
        whole = composed(seed, kind, locale)
        assert len(cut.turns) <= len(whole.turns)
        said = [(turn.user, turn.reply) for turn in whole.turns[: len(cut.turns)]]
        left = [(turn.user, turn.reply) for turn in cut.turns]
        assert left[:-1] == said[: len(left) - 1]
        assert said[len(left) - 1][0].startswith(left[-1][0])
        assert said[len(left) - 1][1].startswith(left[-1][1])
        assert left[-1] != said[len(left) - 1]


class TestValues:
    @given(seeds, days)
    def test_days_to_come_are_to_come_and_days_past_are_past(self, seed: int, day: date) -> None:
        facts = Facts(Draws(key(seed)), caller(seed), day)
        for name in ("date", "callback_date", "store_date", "repair_date", "delivery_date", "trip_start"):
            assert day < facts[name] <= day + timedelta(22)
            assert facts[name].weekday() != 6
        assert facts["date"] < facts["other_date"]
        assert day <= facts["due"] < facts["renews"] <= facts["contract_end"]
        assert (facts["trip_end"] - facts["trip_start"]).days == facts["days"] - 1
        assert max(facts["past_date"], facts["ordered_date"]) < day
        assert facts["charge_date"].month == (day.replace(day=1) - timedelta(1)).month

    def test_what_belongs_to_the_user_is_the_same_in_all_sessions(self) -> None:
        found: dict[str, set[str]] = {}
        draws = Draws(key("many"))
        for _ in range(400):
            kind = draws.pick(DIALOG_TYPES)
            dialogue = compose(draws, caller("x"), texts("en_US"), kind, oddity_draws(SILENCED), day=DAY)
            for name, value in dialogue.values.items():
                found.setdefault(name, set()).add(value)
        same = ("name", "address", "city", "company", "package", "price", "card4", "amount", "used", "due")
        assert {name: len(found[name]) for name in same} == dict.fromkeys(same, 1)
        assert len(found["balance"]) > 10

    @given(seeds)
    def test_a_wrong_number_is_not_the_right_one(self, seed: int) -> None:
        facts = Facts(Draws(key(seed)), caller(seed), DAY)
        values = Values(facts)
        assert values["wrong4"] != values["card4"]
        assert values["second4"] != values["digits4"] == NUMBER[-4:]
        assert values["other_time"] != values["time"]


class TestDistribution:
    @pytest.mark.slow(seconds=4)
    @pytest.mark.parametrize("locale", LOCALES)
    def test_sessions_last_about_two_minutes_with_a_long_tail(self, locale: str) -> None:
        seconds = [dialogue.seconds for dialogue in sample(4000, locale=locale)]
        percentiles = quantiles(seconds, n=1000)
        assert 90 <= median(seconds) <= 180
        assert 200 <= percentiles[899] <= 360
        assert 400 <= percentiles[989] <= 900
        assert max(seconds) <= 2700

    @pytest.mark.slow
    def test_a_session_has_a_handful_of_turns(self) -> None:
        turns = [len(dialogue.turns) for dialogue in sample(4000)]
        assert 3 <= median(turns) <= 6

    def test_all_intents_of_a_type_occur_and_the_bill_more_often_than_silence(self) -> None:
        intents = Counter(composed(seed, VOICE).intent for seed in range(2000))
        assert set(intents) == {talk.name for talk in texts("en_US").first[VOICE].talks}
        assert intents["bill"] > 2 * intents["silence"]


class TestFallback:
    def test_a_locale_without_a_file_speaks_english_with_its_own_names(self) -> None:
        assert texts("fr_FR").first == texts("en_US").first
        values = [composed(seed, OUTBOUND, "fr_FR").values for seed in range(200)]
        names = {each["name"] for each in values if "name" in each}
        assert names
        assert names <= set(vocabulary("fr_FR").names)

    def test_an_intent_that_a_file_lacks_is_taken_from_english(self) -> None:
        own = read_locale("zh_CN")
        without = own | {"dialogue": [talk for talk in own["dialogue"] if talk.name != "bill"]}
        mixed = merge("zh_CN", without, read_locale("en_US"))
        english = texts("en_US").first[VOICE].talks
        assert [talk for talk in mixed.first[VOICE].talks if talk.name == "bill"] == [
            talk for talk in english if talk.name == "bill"
        ]
        assert {talk for talk in mixed.first[VOICE].talks if talk.name != "bill"} <= set(
            texts("zh_CN").first[VOICE].talks
        )

    def test_a_closing_and_a_phrase_that_a_file_lacks_are_taken_from_english(self) -> None:
        mixed = merge("xx", {"more": {"1": ["?"]}}, read_locale("en_US"))
        assert mixed.more["1"] == ["?"]
        assert mixed.more["2"] == texts("en_US").more["2"]
        assert mixed.closings == texts("en_US").closings


@pytest.mark.parametrize(
    ("talk", "complaint"),
    [
        ("user [A]: I owe {amuont}\nbot: Yes", "unknown value {amuont}; did you mean {amount}?"),
        ("user [A]: Hello\nagent: Hello", 'expected "bot monitored:" before an agent answers'),
        ("user [A]: Hello\nrobot: Hello", 'expected "user [intention]: ...", "bot: ..." or the like'),
        ("user [A]: Hello\nbot: Hello\nuser [B]: Bye", "out of turn"),
        ("bot: Hello", "out of turn"),
        ("user [A]: Yes\nqa [maybe]: Is it? = Yes\nbot: Bye", 'expected "qa [choice|yes-no|open]'),
    ],
)
def test_a_slip_in_a_dialogue_file_is_named(talk: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_talk({"types": [1], "talk": talk}, "bill", " ")


def test_an_unknown_dialog_type_is_refused() -> None:
    with pytest.raises(ValueError, match='expected one of 1, 2, 3, 4; found "5"'):
        composed(1, "5")


def facts(seed: object, locale: str, day: date = DAY, user: object = None) -> Facts:
    return Facts(Draws(key(seed)), caller(seed if user is None else user, locale), day)


OURS = {"en_US": "It's about your contract", "zh_CN": "是关于您在"}


@pytest.mark.parametrize("locale", LOCALES)
def test_only_at_first_an_outbound_call_says_what_it_is_about(locale: str) -> None:
    found = [
        place
        for seed in range(600)
        for place, turn in enumerate(composed(seed, OUTBOUND, locale).turns)
        if OURS[locale] in turn.reply
    ]
    assert len(found) > 20
    assert set(found) == {0}


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [VOICE, KEYS])
def test_nobody_has_to_prove_who_it_is_once_a_stumbling_start_has_told_it_all(kind: str, locale: str) -> None:
    found = [composed(seed, kind, locale) for seed in range(1500)]
    stumbling = [each for each in found if each.intent in ("silence", "misrecognition")]
    assert len(stumbling) > 20
    checks = {reply for talk in texts(locale).verifying[kind] for reply in talk.steps[0].replies}
    assert not checks & {turn.reply for each in stumbling for turn in each.turns}
    assert checks & {turn.reply for each in found for turn in each.turns}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_repeated_reply_is_led_in_once(locale: str) -> None:
    replies = [turn.reply for seed in range(800) for turn in composed(seed, VOICE, locale).turns]
    assert not [
        reply for reply in replies if re.match(r"(好的。|Of course\. )\1|Of course\. Thank you", reply)
    ]
    assert any(reply.startswith(("Of course. ", "好的。")) for reply in replies)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_belongs_to_a_user_is_the_same_in_every_session(locale: str) -> None:
    def values(session: int) -> Values:
        return Values(facts(session, locale, date(2025, 4, 1) + timedelta(session), user=7))

    for name in ("name", "address", "store_address", "card4", "second4", "puk", "package"):
        assert len({values(session)[name] for session in range(20)}) == 1, name
    assert len({values(session)["contract_end"] for session in range(90)}) <= 2


@pytest.mark.parametrize(("locale", "holiday"), [("en_US", "12-25"), ("en_US", "07-04"), ("zh_CN", "10-01")])
def test_nobody_visits_or_delivers_on_holidays_and_sundays(locale: str, holiday: str) -> None:
    month, day = map(int, holiday.split("-"))
    for seed in range(300):
        today = date(2025, month, day) - timedelta(seed % 12)
        found = facts(seed, locale, today)
        for name in ("date", "other_date", "callback_date", "store_date", "repair_date", "delivery_date"):
            assert f"{found[name]:%m-%d}" != holiday
            assert found[name].weekday() != 6
            assert found[name] > today
        assert found["other_date"] > found["date"]
        late = facts(seed, locale, date(2025, month, day) + timedelta(3 + seed % 7))
        assert late["past_date"] < late.today
