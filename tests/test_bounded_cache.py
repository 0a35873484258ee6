"""Caches are bounded in bytes, and there are no others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oifde_simulator
from oifde_simulator.bounded_cache import OVERHEAD, BoundedCache, bounded_cache, measured

ROOM = Path(oifde_simulator.__file__).parent


@given(st.lists(st.sampled_from("abcdefgh")), st.integers(1200, 3000))
def test_the_weight_never_passes_the_bound_and_is_that_of_what_is_there(asked: list[str], bound: int) -> None:
    weights = {name: 100 * place for place, name in enumerate("abcdefgh")}
    cache: BoundedCache[str] = BoundedCache(bound, lambda name, value: weights[name], share=2)
    for name in asked:
        assert cache.get(name, lambda name=name: name) == name  # type: ignore[misc]
        there = [*cache.young, *cache._old]
        assert sorted(there) == sorted(set(there))
        assert cache.weight == sum(weights[each] + OVERHEAD for each in there) <= bound
        assert len(cache) == len(there)
        assert name in there or weights[name] + OVERHEAD > bound // 2


def test_what_is_used_stays_and_what_was_not_used_for_long_goes() -> None:
    cache: BoundedCache[str] = BoundedCache(8 * (OVERHEAD + 1), lambda name, value: 1, share=2)
    for number in range(100):
        assert cache.get("used", lambda: "made") == "made"
        cache.keep(number, str(number))
        assert cache.find("used")
    assert cache.find(0) is None
    assert cache.find(99) == "99"


def test_a_value_that_is_discarded_is_gone_with_its_weight() -> None:
    cache: BoundedCache[str] = BoundedCache(10_000)
    for name in ("one", "other", "none"):
        cache.discard(name)
        cache.keep(name, "x")
        cache.discard(name)
        assert (cache.find(name), len(cache), cache.weight) == (None, 0, 0)


def test_a_value_that_is_too_large_pushes_nothing_out() -> None:
    cache: BoundedCache[bytes] = BoundedCache(64_000)
    cache.keep("a", b"a")
    assert cache.keep("b", b"b" * 3000) == b"b" * 3000
    assert (cache.find("a"), cache.find("b")) == (b"a", None)


def test_a_cached_function_is_called_once_for_one_argument_and_says_what_it_is() -> None:
    calls = []

    @bounded_cache(64_000)
    def length(text: str) -> int:
        """Tell the length."""
        calls.append(text)
        return len(text)

    assert [length("abc"), length("abc"), length("ab"), length("x" * 9000), length("x" * 9000)] == [
        3, 3, 2, 9000, 9000,
    ]  # fmt: skip
    assert calls == ["abc", "ab", "x" * 9000, "x" * 9000]
    assert length.__doc__ == "Tell the length."


def test_what_containers_hold_is_measured() -> None:
    assert measured(("a" * 1000, ["b" * 1000, {"c" * 1000: frozenset(("d" * 1000,))}])) > 4000


OF_OUR_OWN = {
    "cli", "coverage", "fast_dataclasses.py", "faults", "json_schema", "oifde/contract.py",
    "oifde/error_messages.py", "population", "runtime/imports/package_finder.py",
    "runtime/replica/description.py", "runtime/warming.py",
    "scenario/gallery.py", "scenario/gallery_guide.py", "scenario/lint/warnings/certainty.py",
    "scenario/lint/conditions/match.py", "scenario/lint/patch/answers.py", "scenario/lint/schema/homes.py",
    "scenario/schema.py", "web/console/files.py", "web/control_plane/openapi.py", "web/heap.py",
    "web/speech/resampling.py", "web/tls/certificates/authority.py",
}  # fmt: skip
"""Rooms and modules with functions of our own documents and keys, which `functools.cache` may cache."""


def uses(name: str) -> Iterator[str]:
    """List the modules that import a name of functools."""
    for path in ROOM.rglob("*.py"):
        if b"functools" not in (source := path.read_bytes()):
            continue  # to parse all modules takes seconds
        for node in ast.walk(ast.parse(source)):
            imported = isinstance(node, ast.ImportFrom) and node.module == "functools"
            if imported and any(each.name == name for each in node.names):
                yield path.relative_to(ROOM).as_posix()


@pytest.mark.slow(seconds=1)
def test_no_other_cache_is_used_for_what_clients_send() -> None:
    assert list(uses("lru_cache")) == []
    assert [
        module for module in uses("cache") if not any(module.startswith(each) for each in OF_OUR_OWN)
    ] == []


@pytest.mark.parametrize("endpoint", ["x" * 99, "nonsense"])
def test_a_name_that_a_scenario_makes_up_is_not_remembered(endpoint: str) -> None:
    from oifde_simulator.population.vocabulary import faker_version, loading
    from oifde_simulator.scenario.lint.conditions import match

    match.fields("request", None)
    before = match._fields.cache_info().currsize, loading._read_shipped.cache_info().currsize
    match.fields("request", endpoint)
    faker_version(endpoint)
    assert before == (match._fields.cache_info().currsize, loading._read_shipped.cache_info().currsize)
