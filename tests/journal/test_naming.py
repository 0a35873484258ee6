"""Credentials beside their names, found in time proportional to the length of the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.journal import entry_factory
from oifde_simulator.journal.redaction import credential_names, redactor
from oifde_simulator.journal.redaction.redactor import PREFIX, Redactor
from steps import steps

REDACTOR = Redactor("0")

# text: what in it is the credential
BESIDE = {
    "token: abc": "abc",
    "token            : abc": "abc",
    "token" + " " * 999 + ":" + "\t" * 999 + "abc": "abc",
    "token%3Dabc": "abc",
    "token%253dabc": "abc",
    "tokens[]=abc": "abc",
    "tokens%5B0%5D=abc": "abc",
    "user[token]=abc": "abc",
    'data["token"] = "abc"': "abc",
    "token => abc": "abc",
    "token" + "x" * 999 + "=abc": "abc",
    "x" * 999 + "token=abc": "abc",
    '"password": "two words", "a": "b"': "two words",
    '{\\"authToken\\": \\"abc\\", ': "abc",
    "<authToken>abc</authToken>": "abc",
    '<a:authToken type="x"> a b </a:authToken>': "a b ",
    "<token><![CDATA[abc]]></token>": "abc",
    "Bearer abc": "abc",
    "Authorization: Bearer abc": "abc",
    "Authorization: Basic abc": "abc",
    "pwd=abc&x=1": "abc",
    "passphrase=abc": "abc",
    "apiKey=abc": "abc",
    "api_key: abc": "abc",
    "X-Access-Key: abc": "abc",
    "http://abc@host/x": "abc",
    "http://me:ab@c@host/x": "me:ab@c",
    "me:abc@host:8443": "me:abc",
}
NOT_BESIDE = [
    "token",
    "token: ",
    '"token": "", "userMobile": "180"',
    "appKey=acme",
    "the bearer",
    "a@b",
    "http://host/a@b",
    "<p>abc</p>",
]


@pytest.mark.parametrize(("text", "credential"), BESIDE.items(), ids=lambda text: text[:40])
def test_what_stands_beside_its_name_is_taken_out(text: str, credential: str) -> None:
    for before, after in (
        (("", ""), ('{"a": 1, ', ", b"), ("<x> ", "</x>")) if "me:abc@" not in text else [("", "")]
    ):
        cleaned = REDACTOR.text(before + text + after)
        assert cleaned == before + text.replace(credential, REDACTOR.fingerprint(credential)) + after
        assert REDACTOR.text(cleaned) == cleaned


@pytest.mark.parametrize("text", NOT_BESIDE)
def test_what_is_no_credential_stays(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_no_field_of_the_interface_but_credentials_has_such_a_name() -> None:
    from oifde_simulator.oifde.operations import REQUEST_FIELDS

    named = {name for name in REQUEST_FIELDS if credential_names.names_credential(name)}
    assert named == {"authToken", "appSecret"}


NAMING = re.compile(credential_names.NAMES, re.IGNORECASE)
PARTS = (
    "token",
    "SECRET",
    "Pass",
    "w",
    "phrase",
    "pwd",
    "auth",
    "credent\u0131al",
    "\u017fecret",
    "to\u212aen",
)
OTHERS = ("api", "AP\u0130", "access", "private", "_", "-", "key", "x", "\u00e9", "\u0130", "\u0131")


@given(st.lists(st.sampled_from(PARTS + OTHERS), max_size=6).map("".join))
def test_names_of_credentials_are_those_of_the_expression(name: str) -> None:
    holds = NAMING.search(name) is not None
    assert credential_names.names_credential(name) == holds
    assert credential_names.names_credential("\0" * 999 + name) == holds
    others = [f"field{number}" for number in range(999)]
    assert credential_names.credential_fields([*others, name]) == ((name,) if holds else ())


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("token-gateway:8443", "token-gateway:8443"),
        ("me:abc@vendor:8443", f"{REDACTOR.fingerprint('me:abc')}@vendor:8443"),
    ],
)
def test_a_host_is_kept_whatever_its_name_without_who_asks(value: str, kept: str) -> None:
    assert REDACTOR.header("Host", value, 512) == kept


# Costs: steps of a matcher that goes back, counted; no clock

EXPRESSIONS = {
    f"{room.__name__.rpartition('.')[2]}.{name}": each
    for room in (credential_names, redactor, entry_factory)
    for name, each in vars(room).items()
    if isinstance(each, re.Pattern)
}
PIECES = [
    *(
        "token",
        "a",
        "auth-",
        " ",
        "token ",
        "token:",
        "token[",
        "token%5B",
        "<token",
        "<a:",
        "<token ",
        "bearer ",
    ),
    *(
        "://",
        "a:",
        "://a@",
        "=",
        "\\",
        '"',
        "token\\",
        '"errorCode" ',
        "%25",
        "token%25",
        "A" * 23 + " ",
        "x@",
    ),
    *("<", "-"),
]


def texts(piece: str, length: int) -> list[str]:
    """Build texts of a length that take many steps to search."""
    body = (piece * (length // len(piece) + 1))[:length]
    return [body, "token" + body, "://" + body, "<token " + body, body + "="]


@pytest.mark.slow(seconds=0.1)
@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_takes_twice_the_steps(name: str, piece: str) -> None:
    expression = EXPRESSIONS[name]
    assert isinstance(expression.pattern, str | bytes)
    for shorter, longer in zip(texts(piece, 150), texts(piece, 300), strict=True):
        assert steps(expression, longer) <= 2.2 * steps(expression, shorter) + 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression",
    [r"token[\w-]*\s*:x", r"(?:token)[\w-]{0,9999}:", r"(?:a+)+b"],
    ids=["quadratic", "bound", "nested"],
)
def test_an_expression_that_is_slow_is_told_by_its_steps(expression: str) -> None:
    slow, piece = re.compile(expression), "a" if "+)+" in expression else "token"
    short = 8 if "+)+" in expression else 60
    assert steps(slow, piece * (2 * short)) > 3 * steps(slow, piece * short)


LONG = [
    (piece, length)
    for piece in ("token", "a", "auth-", " ", "token" + " " * 99)
    for length in (8_000, 200_000)
]


@pytest.mark.parametrize(("piece", "length"), LONG, ids=lambda given: repr(given)[:12])
def test_a_long_text_is_searched_to_its_end(piece: str, length: int) -> None:
    text = piece * (length // len(piece))
    assert REDACTOR.text(text) == text
    assert REDACTOR.text(f"{text} token: abcdefghij").endswith(REDACTOR.fingerprint("abcdefghij"))
    assert PREFIX not in REDACTOR.text(f"{text} token")
