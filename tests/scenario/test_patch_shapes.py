"""The shape of an answer after a patch is known in a bounded number of steps; beyond, anything may stand."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario.lint.patch import shapes
from oifde_simulator.scenario.lint.patch.shapes import Shape, of_value, union

NESTED = 8


def tangled(depth: int, value: int | str) -> Shape:
    """Make a shape of a few objects that would be thousands if each was written out."""
    shape = of_value(value)
    for _ in range(depth):
        shape = Shape(frozenset(["object"]), {f"m{number}": shape for number in range(10)})
    return shape


def test_shapes_that_share_their_parts_are_united_in_a_bounded_number_of_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0
    both = shapes._both

    def count(*given: object) -> Shape:
        nonlocal calls
        calls += 1
        assert calls < 2 * shapes.MOST_COMPARED
        return both(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(shapes, "_both", count)
    united = union([tangled(NESTED, 1), tangled(NESTED, "x")])
    assert united is not None
    assert united.is_open


def test_many_small_shapes_are_united_exactly() -> None:
    united = union(of_value({"a": number, "b": {"c": "x"}}) for number in range(10 * shapes.MOST_COMPARED))
    assert united == of_value({"a": 1, "b": {"c": "x"}})


def test_members_are_known_up_to_a_number_and_then_anything_may_stand() -> None:
    shape = of_value({str(number): 1 for number in range(shapes.MOST_MEMBERS)})
    assert shape.having("0", of_value("x")).members["0"] == of_value("x")
    assert not shape.having("0", of_value("x")).is_open
    assert shape.having("more", of_value("x")).is_open
    united = union([shape, of_value({"more": 1})])
    assert united is not None
    assert united.is_open


def test_names_of_removed_members_are_kept_up_to_a_number() -> None:
    shape = of_value({})
    for number in range(shapes.MOST_MEMBERS + 10):
        shape = shape.without(str(number), "patch[0]")
    assert len(shape.gone) == shapes.MOST_MEMBERS
