"""Targets and headers on record: byte for byte as sent, without credentials however they are written."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import TOKEN
from oifde_simulator.journal.head_capture import LONGEST_TARGET, HeadCapture
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.http import Headers

REDACTOR = Redactor("0")
MARK = REDACTOR.fingerprint(TOKEN)


def kept(target: str, *credentials: str) -> str:
    heads = HeadCapture(REDACTOR)
    return heads.without(heads.capture("GET", target, ()), REDACTOR.finder(*credentials)).target


AS_SENT = [
    "/a%20b",
    "/a?x=1%262&y=%2B+c",
    "*",
    "",
    "/%",
    "/%zz",
    "http://other/a?b",
    "/%FF",
    "/a#b",
    "/a?&&=&",
]


@pytest.mark.parametrize("target", AS_SENT)
def test_a_target_stays_as_it_was_sent(target: str) -> None:
    assert kept(target, TOKEN) == target


def every(text: str) -> str:
    return "".join(f"%{ord(each):02x}" for each in text)


# what was sent, what is kept; the token is known from the body
CREDENTIALS = {
    "plain": (f"/a%20b?x=%26&t={TOKEN}", f"/a%20b?x=%26&t={MARK}"),
    "encoded": (f"/a%20b?x=%26&t={every(TOKEN)}&y=%2B", f"/a%20b?x=%26&t={MARK}&y=%2B"),
    "in the path": (f"/{every(TOKEN)}/a?x=%26", f"/{MARK}/a?x=%26"),
    "by its name": ("/a?x=%26&token=abc", f"/a?x=%26&token={REDACTOR.fingerprint('abc')}"),
    "by its encoded name": ("/a?x=%26&tok%65n=abc", f"/a?x=%26&token={REDACTOR.fingerprint('abc')}"),
    "with an encoded sign": ("/a?x=%26&token%3Dabc", f"/a?x=%26&token%3D{REDACTOR.fingerprint('abc')}"),
    "who asks": ("http://me:abc@host/a", f"http://{REDACTOR.fingerprint('me:abc')}@host/a"),
}


@pytest.mark.parametrize(("target", "expected"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_goes_and_the_rest_stays(target: str, expected: str) -> None:
    assert kept(target, TOKEN) == expected


@given(
    st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=8, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.sampled_from(["/?x=", "/", "/?", "/%20?a=%26&"]),
)
def test_no_way_to_write_a_credential_outlives_its_finder(
    secret: str, encoded: list[bool], before: str
) -> None:
    pairs = zip(secret, encoded, strict=False)
    written = "".join(every(each) if code or not each.isalnum() else each for each, code in pairs)
    found = kept(before + written + "&y=1", secret)
    assert secret not in found
    assert secret not in unquote(found)
    assert quote(secret, safe="") not in found


def test_a_long_target_has_no_token_in_it_nor_a_part_of_one() -> None:
    found = kept("/" + "x/" * 400 + every(TOKEN) + "/x" * 400)
    assert len(found) == LONGEST_TARGET
    assert TOKEN[:12] not in unquote(found)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_bytes_a_head_has_it_can_be_written(target: bytes, value: bytes) -> None:
    # As aiohttp decodes them.
    texts = [each.decode("utf-8", "surrogateescape") for each in (target, value)]
    headers: Headers = ((texts[1], texts[1]), ("X-Token", texts[1]))
    head = HeadCapture(REDACTOR).capture(texts[0], texts[0], headers).head
    assert head.target.isascii()
    for text in (head.method, *(each for pair in head.headers for each in pair)):
        assert text.encode().decode() == text
