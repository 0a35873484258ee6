"""Dataclasses that are made faster cannot be told from the standard library's."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import typing
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any, ClassVar

import pytest

from oifde_simulator import fast_dataclasses


class Point:
    """Two numbers, a name, and what belongs to them."""

    x: int
    y: int = 2
    name: str = field(default="n", repr=False, compare=False)
    more: list[int] = field(default_factory=list, hash=False)
    kind: ClassVar[str] = "point"


class Checked:
    """A number that is not negative."""

    number: int

    def __post_init__(self) -> None:
        """Refuse numbers below zero."""
        if self.number < 0:
            raise ValueError("negative")


class Own:
    """A value with methods of its own."""

    number: int = 0

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7


class Empty:
    """Nothing."""


Decorator = Callable[[type[Any]], type[Any]]
OPTIONS = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
    {"frozen": True, "kw_only": True},
    {"eq": False, "slots": True},
    {"order": True},
]


def copied(cls: type[Any]) -> type[Any]:
    """Make the class anew: decorators change it, and its fields."""
    names = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    fields = {name: copy.copy(value) for name, value in names.items() if isinstance(value, dataclasses.Field)}
    return type(cls.__name__, (), names | fields)


@pytest.fixture(params=OPTIONS, ids=str)
def both(request: pytest.FixtureRequest) -> tuple[Decorator, Decorator]:
    return fast_dataclasses.dataclass(**request.param), dataclass(**request.param)


def outcome(function: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "returned", function()
    except (TypeError, AttributeError, FrozenInstanceError) as error:
        return type(error).__name__, str(error)


ASKED: dict[str, Callable[[type[Any]], Any]] = {
    "all arguments": lambda cls: repr(cls(x=1, y=3, name="m", more=[4])),
    "by position": lambda cls: repr(cls(1, 3)),
    "one that is missing": lambda cls: cls(),
    "one that is not known": lambda cls: cls(x=1, z=2),
    "equal": lambda cls: (cls(x=1) == cls(x=1, name="m"), cls(x=1) == cls(x=2), cls(x=1) == 1),
    "hash": lambda cls: len({*map(hash, [cls(x=1), cls(x=1, more=[1])])}),
    "set": lambda cls: setattr(cls(x=1), "x", 2),
    "delete": lambda cls: delattr(cls(x=1), "x"),
    "own list each": lambda cls: cls(x=1).more is cls(x=1).more,
    "replace": lambda cls: repr(replace(cls(x=1), y=9)),
    "as a dictionary": lambda cls: dataclasses.asdict(cls(x=1)),
    "fields": lambda cls: [(each.name, each.type) for each in dataclasses.fields(cls)],
    "signature": lambda cls: str(inspect.signature(cls)),
    "hints": lambda cls: typing.get_type_hints(cls.__init__),
    "parameters": lambda cls: repr(cls.__dataclass_params__),
    "match": lambda cls: cls.__match_args__,
    "copies": lambda cls: repr(copy.deepcopy(copy.copy(cls(x=1)))),
    "less": lambda cls: cls(x=1) < cls(x=2),
    "variable of the class": lambda cls: (cls.kind, cls.y if hasattr(cls, "y") else None) and cls.kind,
    "dictionary": lambda cls: hasattr(cls(x=1), "__dict__"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_an_answer_is_the_standard_librarys(
    asked: Callable[[type[Any]], Any], both: tuple[Decorator, Decorator]
) -> None:
    fast, standard = (outcome(lambda make=make: asked(make(copied(Point)))) for make in both)  # type: ignore[misc]
    assert fast == standard


def test_a_frozen_value_takes_no_attribute_that_is_no_field() -> None:
    value = fast_dataclasses.dataclass(frozen=True, slots=True)(copied(Point))(x=1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
        value.z = 2


def test_post_init_is_called(both: tuple[Decorator, Decorator]) -> None:
    with pytest.raises(ValueError, match="negative"):
        both[0](copied(Checked))(number=-1)


def test_methods_of_the_class_stay(both: tuple[Decorator, Decorator]) -> None:
    fast, standard = (make(copied(Own)) for make in both)
    assert repr(fast()) == repr(standard()) == "own"
    assert (hash(fast()), fast() == 3) == (hash(standard()), standard() == 3)


def test_a_class_without_fields_is_made(both: tuple[Decorator, Decorator]) -> None:
    fast = both[0](copied(Empty))
    assert repr(fast()) == "Empty()"


def test_a_class_with_a_base_that_has_fields_has_both() -> None:
    base = fast_dataclasses.dataclass(frozen=True, slots=True)(copied(Point))

    @fast_dataclasses.dataclass(frozen=True, slots=True)
    class Child(base):  # type: ignore[misc, valid-type]
        """One more."""

        z: int = 3

    assert (Child(1).x, Child(1).z) == (1, 3)
    with pytest.raises(FrozenInstanceError):
        Child(1).x = 2


@fast_dataclasses.dataclass(frozen=True, slots=True)
class Pickled:
    """A value that another process reads."""

    number: int
    name: str = "n"


def test_a_value_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Pickled(1))) == Pickled(1)


def test_a_value_that_holds_itself_has_a_text() -> None:
    value = fast_dataclasses.dataclass(copied(Point))(x=1)
    value.more.append(value)
    assert repr(value) == "Point(x=1, y=2, more=[...])"


def test_hashes_agree_after_the_first_one() -> None:
    first, second = Pickled(1), Pickled(1)
    assert hash(first) == hash(second) == hash(first)
    assert len({first, second}) == 1
