"""Bytes to a JSON object, or a reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.oifde.decoding import NotAnObject, decode

REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"  ", "not JSON at line 1"),
    "not json": (b"tenantId", "not JSON at line 1, column 1"),
    "a form": (b"tenantId=1&userMobile=%2B86", "is a form, as application/x-www-form-urlencoded"),
    "multipart": (b'--a\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--a--', "is multipart"),
    "XML": (b"<soap:Envelope/>", "is XML or HTML"),
    "gzip": (b"\x1f\x8b\x08\x00", "is gzip, which no Content-Encoding says"),
    "utf-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), "is UTF-16"),
    "cut": (b'{"tenantId": "a"', "not JSON at line 1"),
    "trailing comma": (b'{"a": 1,}', "not JSON at line 1"),
    "on the second line": (b'{"a": 1,\n x}', "line 2"),
    "NaN": (b'{"a": NaN}', "not JSON"),
    "not utf-8": (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
    "utf-32": ('{"a": 1}'.encode("utf-32"), "is UTF-32"),
    "utf-32 without a mark": ('{"a": 1}'.encode("utf-32-be"), "is UTF-32"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "is UTF-16"),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
    "lone surrogate": (b'{"a": "\\ud800"}', "not JSON"),
    "array": (b"[]", "an array; expected a JSON object"),
    "string": (b'"x"', "a string"),
    "number": (b"1", "a number"),
    "null": (b"null", "null"),
    "true": (b"true", "true or false"),
    "deep arrays": (b"[" * 100_000, "nested too deep"),
    "deep objects": (b'{"a":' * 100_000, "nested too deep"),
    "duplicate keys": (b'{"a": "1", "a": "2"}', 'key "a" is there twice'),
    "duplicate keys with numbers": (b'{"a": 1, "a": 2}', 'key "a" is there twice'),
    "duplicate keys, one escaped": (b'{"a": 1, "\\u0061": 2}', 'key "a" is there twice'),
    "duplicate keys inside": (b'{"x": {"a": 1, "a": 2}}', 'key "a" is there twice'),
}


@pytest.mark.parametrize(("octets", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_one_json_object_is_refused_with_a_reason(octets: bytes, reason: str) -> None:
    with pytest.raises(NotAnObject, match=reason):
        decode(octets)


def test_a_number_over_64_bits_beside_an_escape_is_no_crash() -> None:
    assert decode(b'{"a": "\\"", "b": %b}' % (b"9" * 300))["a"] == '"'


def test_a_number_of_5000_digits_is_refused_with_a_reason() -> None:
    with pytest.raises(NotAnObject, match="number"):
        decode(b'{"a": %b}' % (b"9" * 5000))


@given(st.binary(max_size=200))
def test_any_bytes_give_an_object_or_a_reason(octets: bytes) -> None:
    try:
        value = decode(octets)
    except NotAnObject as reason:
        assert str(reason).startswith("the ")
    else:
        assert type(value) is dict


keys = st.text(max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.tuples(keys, values), max_size=4))
def test_an_object_is_refused_exactly_when_a_key_repeats(pairs: list[tuple[str, object]]) -> None:
    octets = ("{" + ",".join(f"{json.dumps(k)}:{json.dumps(v)}" for k, v in pairs) + "}").encode()
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        with pytest.raises(NotAnObject):
            decode(octets)
    else:
        assert decode(octets) == json.loads(octets)
