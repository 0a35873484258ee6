"""Compressed bodies: a body is decompressed to what was compressed, within the limit."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.web.data_plane.content_coding import BodyTooLarge, content_coding, decompress

LIMIT = 1000
PACKED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, bare": lambda octets: zlib.compress(octets, wbits=-15),
}


@pytest.mark.parametrize("name", PACKED)
@given(octets=st.binary(max_size=LIMIT))
def test_what_was_packed_comes_out_again(name: str, octets: bytes) -> None:
    assert decompress(PACKED[name](octets), name.partition(",")[0], LIMIT) == octets


@pytest.mark.parametrize("name", PACKED)
@given(length=st.integers(LIMIT + 1, 100 * LIMIT))
def test_what_is_longer_than_the_bound_is_refused(name: str, length: int) -> None:
    with pytest.raises(BodyTooLarge):
        decompress(PACKED[name](bytes(length)), name.partition(",")[0], LIMIT)


@given(st.binary(max_size=100), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_give_bytes_or_a_reason(octets: bytes, name: str) -> None:
    try:
        plain = decompress(octets, name, LIMIT)
    except ValueError as reason:
        assert name in str(reason)
    except BodyTooLarge:
        assert len(octets) > LIMIT // 1100
    else:
        assert len(plain) <= LIMIT


def test_memory_is_that_of_the_bound() -> None:
    bomb = gzip.compress(bytes(32 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            decompress(bomb, "gzip", LIMIT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(bomb)


# headers: the coding they name
NAMED = {
    ("gzip",): "gzip",
    (" GZIP ",): "gzip",
    ("identity, gzip",): "gzip",
    ("identity", "deflate"): "deflate",
    ("",): "",
    ("identity",): "",
    ("UTF-8",): "",
}


@pytest.mark.parametrize(("headers", "named"), NAMED.items(), ids=map(str, NAMED))
def test_headers_name_one_coding_or_none(headers: tuple[str, ...], named: str) -> None:
    assert content_coding(headers) == named


@pytest.mark.parametrize(
    "headers",
    [("gzip, gzip",), ("gzip", "deflate"), ("br",), ("zstd",), ("gzip;q=1",), ("\x1b[31m",)],
    ids=str,
)
def test_what_is_not_understood_is_named_and_printable(headers: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected gzip or deflate, once, or none") as told:
        content_coding(headers)
    assert str(told.value).isprintable()
