"""`match: {client_certificate: ...}`: what no certificate can have is told with its place and the fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

RULE = "rules:\n  - {{name: one, match: {{client_certificate: {}}}, respond: {{status: 503}}}}\n"

# condition: (column, words of the message)
WRONG = {
    "app-1": (45, 'found "app-1"'),
    "{}": (45, "write true for any certificate, false for none"),
    "[{subject: CN=a}]": (45, "found a list"),
    "7": (45, "found the number 7"),
    "null": (45, "found nothing (null)"),
    "{subjct: CN=a}": (46, 'did you mean "subject"?'),
    "{CN: a}": (46, 'did you mean "common_name"?'),
    "{subject: app-1}": (55, 'CN=app-1,O=Example, found "app-1"; write common_name: "app-1"'),
    "{subject: /O=Example/CN=a}": (55, "write CN=a,O=Example"),
    "{issuer: Clients}": (54, 'write issuer: "CN=Clients"'),
    "{serial: 12}": (54, 'quote it: "12"'),
    '{serial: "0a:1b"}': (54, 'pairs of capital hexadecimal digits, found "0a:1b"; write "0A1B"'),
    '{serial: "0x123"}': (54, 'write "0123"'),
    "{serial: none}": (54, "pairs of capital hexadecimal digits"),
    "{names: app.example}": (53, "write DNS:app.example or email:app.example"),
    "{subject: [CN=a, CN=b]}": (55, "write {enum: "),
    "{subject: null}": (55, "is never null"),
    "{subject: {patern: a}}": (64, 'did you mean "pattern"?'),
    "{subject: {minimum: 1}}": (65, "minimum is not about a string"),
    '{subject: {pattern: "("}}': (65, "is no valid regex"),
    "{common_name: {enum: []}}": (66, "needs at least one value"),
    "{subject: false, common_name: app-1}": (75, "there is no certificate; remove one of them"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column", "words"), [(text, *each) for text, each in WRONG.items()], ids=WRONG
)
def test_a_condition_that_no_certificate_meets_is_told(text: str, column: int, words: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        loader.loads(RULE.format(text).encode(), "acme.yaml", "acme")
    message = str(refused.value)
    assert message.startswith(f"acme.yaml:2:{column}: rules[0].match.client_certificate"), message
    assert words in message
    assert "class '" not in message


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "false",
        "{subject: 'CN=app-1,O=Example'}",
        '{subject: ""}',
        "{subject: {pattern: 'O=Example'}, common_name: true, names: false}",
        "{serial: '0A1B'}",
        "{names: 'DNS:a.example, email:b@example.com'}",
        "{names: 'IP Address:127.0.0.1'}",
    ],
)
def test_a_good_condition_is_not_spoken_of(text: str) -> None:
    assert not loader.loads(RULE.format(text).encode(), "acme.yaml", "acme").warnings


@given(st.text("abCN=,{}[]:'\"1/ -", max_size=12))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        loader.loads(RULE.format(text).encode(), "acme.yaml", "acme")
    except ScenarioErrors as error:
        assert str(error).startswith("acme.yaml:")


# conditions of an early and of a late rule, and whether the early one takes all of the late one
SHADOWING = {
    "any certificate before one": ("true", "{common_name: app-1}", True),
    "one before any": ("{common_name: app-1}", "true", False),
    "the same": ("{subject: CN=a}", "{subject: CN=a, issuer: CN=b}", True),
    "a pattern before a text": ("{subject: {pattern: a}}", "{subject: CN=a}", True),
    "none before one": ("false", "{subject: CN=a}", False),
    "none before none": ("false", "false", True),
    "another field": ("{issuer: CN=b}", "{subject: CN=b}", False),
    "any before no name": ("true", "{names: false}", False),
}


@pytest.mark.parametrize(("early", "late", "taken"), SHADOWING.values(), ids=SHADOWING)
def test_a_rule_about_certificates_takes_what_is_in_its_scope(early: str, late: str, taken: bool) -> None:
    rules = "".join(
        f"  - {{match: {{client_certificate: {each}}}, respond: {{status: 503}}}}\n" for each in (early, late)
    )
    warned = loader.loads(f"rules:\n{rules}".encode(), "acme.yaml", "acme").warnings
    assert any("can never fire" in each for each in warned) is taken
