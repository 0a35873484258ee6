"""Bodies that are good and coded otherwise: compressed though nobody asked, and texts in other charsets."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from fault_scripts import BODY, WHOLE, answer, content_length, spoiled
from oifde_simulator.faults import FaultError, build
from oifde_simulator.faults.charsets import CODECS, MARKED
from oifde_simulator.model.http import Request, Response
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Script, header, octets

CHINESE = '{"errorMsg":"查询话费"}'
JSON_TYPE = "application/json; charset=UTF-8"


def typed(body: bytes, kind: str = JSON_TYPE) -> Script:
    return Response(200, body, (("Content-Type", kind),) if kind else ()).script(Request("POST", "/", {}), 0)


def recoded(text: str, charset: Any, kind: str = JSON_TYPE) -> tuple[bytes, str | None]:
    script = spoiled({"charset": charset}, script=typed(text.encode(), kind))
    body = octets(script, "body")
    assert content_length(script) == len(body)
    return body, header(script, "Content-Type")


def decoded(body: bytes, charset: str) -> str:
    return body.decode(charset if charset in MARKED else CODECS[charset])


@given(st.binary(min_size=1, max_size=3000))
def test_gzip_is_good_gzip_of_the_same_body(body: bytes) -> None:
    script = spoiled("gzip", script=answer(body))
    packed = octets(script, "body")
    assert gzip.decompress(packed) == body
    assert header(script, "Content-Encoding") == "gzip"
    assert content_length(script) == len(packed)


def test_gzip_tells_no_time_so_that_the_same_body_gives_the_same_bytes() -> None:
    packed = octets(spoiled("gzip"), "body")
    assert packed == octets(spoiled("gzip", elapsed=5.0, seed="t"), "body")
    assert packed[4:8] == bytes(4)


def test_gzip_twice_says_so_and_can_be_unpacked_twice() -> None:
    script = spoiled("gzip", "gzip")
    assert header(script, "Content-Encoding") == "gzip, gzip"
    assert gzip.decompress(gzip.decompress(octets(script, "body"))) == BODY


def test_other_faults_go_on_with_the_compressed_body() -> None:
    whole = octets(spoiled("gzip"), "body")
    script = spoiled("gzip", {"truncated-json": 0.5})
    assert octets(script, "body") == whole[: len(whole) // 2]


@pytest.mark.parametrize("charset", CODECS)
def test_a_text_of_ascii_can_be_read_in_each_charset(charset: str) -> None:
    body, kind = recoded(BODY.decode(), charset)
    assert decoded(body, charset) == BODY.decode()
    assert kind == f"application/json; charset={charset}"
    assert body.startswith((b"\xff\xfe", b"\xff\xfe\0\0")) == (charset in MARKED)


DOCUMENTS = st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3)


@settings(max_examples=examples(50))
@given(DOCUMENTS, st.sampled_from(list(CODECS)))
def test_json_stays_the_same_json_in_each_charset(document: dict[str, str], charset: str) -> None:
    text = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()
    body, _ = recoded(text, charset)
    assert json.loads(decoded(body, charset)) == json.loads(text)


# what it is: (text, charset, the bytes)
LACKING = {
    "what the charset has": (CHINESE, "GBK", CHINESE.encode("gbk")),
    "what it lacks, in JSON": ('{"a":"话€"}', "ISO-8859-1", rb'{"a":"\u8bdd\u20ac"}'),
    "what needs two escapes": ('{"a":"\U0001f600"}', "GBK", rb'{"a":"\ud83d\ude00"}'),
    "what it lacks, in another text": ("<p>话é</p>", "ISO-8859-1", b"<p>?\xe9</p>"),
    "a mark of UTF-8": ("\ufeff{}", "UTF-16", b"\xff\xfe{\0}\0"),
    "a name in other letters": (CHINESE, "gb18030", CHINESE.encode("gb18030")),
}


@pytest.mark.parametrize(("text", "charset", "expected"), LACKING.values(), ids=LACKING)
def test_what_a_charset_lacks_is_escaped_in_json_and_a_question_mark_elsewhere(
    text: str, charset: str, expected: bytes
) -> None:
    assert recoded(text, charset)[0] == expected


# what it is: (Content-Type, the one in GBK)
KINDS = {
    "with a charset": (JSON_TYPE, "application/json; charset=GBK"),
    "without one": ("text/html", "text/html; charset=GBK"),
    "with other parameters": ('text/html; Charset="utf-8"; v=1', "text/html; v=1; charset=GBK"),
    "no Content-Type": ("", None),
}


@pytest.mark.parametrize(("kind", "told"), KINDS.values(), ids=KINDS)
def test_the_content_type_names_the_charset(kind: str, told: str | None) -> None:
    assert recoded(CHINESE, "GBK", kind)[1] == told
    assert recoded(CHINESE, {"name": "GBK", "say": False}, kind)[1] == (kind or None)


# what it is: (body, Content-Type)
NO_TEXTS = {
    "sound": (b"RIFF", "Application/Octet-stream;charset=UTF-8"),
    "audio": (b"RIFF", "audio/wav"),
    "no UTF-8": (b"\xff{}", JSON_TYPE),
    "compressed": (gzip.compress(b"{}", mtime=0), JSON_TYPE),
}


@pytest.mark.parametrize(("body", "kind"), NO_TEXTS.values(), ids=NO_TEXTS)
def test_what_is_no_text_stays_as_it_is(body: bytes, kind: str) -> None:
    script = typed(body, kind)
    assert spoiled({"charset": "UTF-16"}, script=script) == script


# what it is: (value, path, words of the message)
WRONG: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "a near name": ("GKB", ("charset", "name"), 'unknown charset "GKB"; did you mean "GBK"?'),
    "a far name": ("klingon", ("charset", "name"), "known are GBK, GB18030"),
    "the one that a body has": ("utf8", ("charset", "name"), "a body is UTF-8 anyway"),
    "a number": (5, ("charset",), "write one of GBK"),
    "a sentence": ("G B K", ("charset",), "write one of GBK"),
    "no name": ({"say": False}, ("charset",), "write one of GBK"),
    "a word for a flag": ({"name": "GBK", "say": "no"}, ("charset", "say"), "write true or false"),
}


@pytest.mark.parametrize(("value", "path", "words"), WRONG.values(), ids=WRONG)
def test_a_charset_that_is_none_is_told_with_a_fix(value: Any, path: tuple[str, ...], words: str) -> None:
    with pytest.raises(FaultError) as caught:
        build({"charset": value})
    assert caught.value.path == path
    assert words in caught.value.message


@pytest.mark.parametrize("charset", ["", {"name": ""}])
def test_of_an_empty_charset_one_thing_is_said(charset: Any) -> None:
    with pytest.raises(loader.ScenarioErrors) as caught:
        loader.from_json({"rules": [{"faults": [{"charset": charset}]}]}, "f.yaml", "f")
    (line,) = str(caught.value).splitlines()
    assert "expected text that is not empty" in line


@pytest.mark.parametrize("rule", [
    {"faults": ["gzip", {"charset": "GBK"}]},
    {"one_of": [{}, {"faults": ["broken-gzip", "bom", {"charset": "GBK"}]}]},
])  # fmt: skip
def test_a_charset_after_compression_is_warned_of(rule: dict[str, Any]) -> None:
    (warning,) = loader.from_json({"rules": [rule]}, "f.yaml", "f").warnings
    assert "gzip; put it before" in warning
    assert not loader.from_json({"rules": [{"faults": [{"charset": "GBK"}, "gzip"]}]}, "f.yaml", "f").warnings


def test_a_charset_is_judged_by_the_text_and_not_by_its_length() -> None:
    assert build({"charset": {"name": "GBK", "say": False}}).reads_body
    assert not build("gzip").reads_body
    assert spoiled({"charset": {"name": "GBK", "say": False}}) == WHOLE
