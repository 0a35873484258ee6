"""Dataclasses as the standard library's, made in a third of the time: a start makes some 140 of them.

The standard library compiles six methods for each frozen class. Here `__init__` alone is compiled; the others
are shared functions that know the names of the fields, or are compiled at their first call.

Rule: nobody can tell such a class from the standard library's. What is unusual (bases with fields, arguments
by keyword only, fields that `__init__` does not take) is left to the standard library.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

UNUSUAL_ANNOTATIONS = ("InitVar", "KW_ONLY")
"""Words in annotations that change what `__init__` takes."""


class _Factory:
    def __repr__(self) -> str:
        return "<factory>"


FACTORY = _Factory()
"""Default of arguments whose fields have a factory."""


def _dataclass(cls: type[Any] | None = None, /, **options: bool) -> Any:
    """Make a class a dataclass; without one, return a decorator."""

    def make(cls: type[Any]) -> type[Any]:
        if _is_unusual(cls) or not options.keys() <= {"frozen", "slots", "eq", "kw_only"}:
            return dataclasses.dataclass(**options)(cls)
        return _make(cls, **options)

    return make if cls is None else make(cls)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # type checkers know what that one does
else:
    dataclass = _dataclass


def _is_unusual(cls: type[Any]) -> bool:
    """Check for what the standard library has to do: it knows best."""
    if any(hasattr(base, "__dataclass_fields__") for base in cls.__bases__) or "__setattr__" in vars(cls):
        return True
    if any(isinstance(value, Field) and not _is_plain(value) for value in vars(cls).values()):
        return True
    annotations = str(cls.__annotations__)
    return cls.__doc__ is None or any(word in annotations for word in UNUSUAL_ANNOTATIONS)


def _is_plain(field: Field[Any]) -> bool:
    return field.init and field.kw_only in (MISSING, False)


def _make(
    cls: type[Any], *, frozen: bool = False, slots: bool = False, eq: bool = True, kw_only: bool = False
) -> type[Any]:
    # Fields, slots and patterns of `match` are the standard library's.
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
    parameters = made.__dataclass_params__
    parameters.init = parameters.repr = True
    parameters.eq, parameters.frozen = eq, frozen
    fields = dataclasses.fields(made)
    own = vars(made)
    methods: dict[str, Any] = {
        "__init__": _init(made, fields, frozen=frozen, slots=slots),
        "__repr__": _repr(fields),
    }
    if eq:
        methods["__eq__"] = _eq(made, fields)
        if own.get("__hash__") is None:  # as Python leaves it where a class has __eq__ of its own
            methods["__hash__"] = _hash(made, fields) if frozen else None
    if frozen:
        methods |= _refusals(made, fields)
    if frozen and slots:
        methods |= _pickling(fields)
    for name, method in methods.items():
        if name == "__hash__" or name not in own:
            setattr(made, name, method)
    return made


def _init(
    cls: type[Any], fields: tuple[Field[Any], ...], *, frozen: bool, slots: bool
) -> Callable[..., None]:
    names: dict[str, Any] = {"_FACTORY": FACTORY, "_set": object.__setattr__}
    """Values that the text of `__init__` names."""
    parameters = ["self", *(["*"] if fields and fields[0].kw_only else [])]
    lines = []
    for each in fields:
        parameter, value = _argument(each, names)
        parameters.append(parameter)
        if frozen and slots:
            names[f"_set_{each.name}"] = vars(cls)[each.name].__set__  # faster than object.__setattr__
            lines.append(f"_set_{each.name}(self, {value})")
        else:
            lines.append(f"_set(self, {each.name!r}, {value})" if frozen else f"self.{each.name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    init = _compile(cls, parameters, lines or ["pass"], names)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{each.name: each.type for each in fields}, "return": None}
    return init


def _argument(field: Field[Any], names: dict[str, Any]) -> tuple[str, str]:
    """Return the text of a parameter, and that of the value which its field gets."""
    name = field.name
    if field.default is not MISSING:
        names[f"_default_{name}"] = field.default
        return f"{name}=_default_{name}", name
    if field.default_factory is not MISSING:
        names[f"_factory_{name}"] = field.default_factory
        return f"{name}=_FACTORY", f"_factory_{name}() if {name} is _FACTORY else {name}"
    return name, name


def _compile(
    cls: type[Any], parameters: list[str], lines: list[str], names: dict[str, Any]
) -> Callable[..., None]:
    body = "".join(f"\n  {line}" for line in lines)
    text = f"def create({', '.join(names)}):\n def __init__({', '.join(parameters)}):{body}\n return __init__"
    made: dict[str, Callable[..., Callable[..., None]]] = {}
    exec(text, vars(sys.modules[cls.__module__]), made)  # noqa: S102  as the standard library does
    return made["create"](**names)


def _repr(fields: tuple[Field[Any], ...]) -> Callable[[Any], str]:
    names = [each.name for each in fields if each.repr]

    @recursive_repr()
    def show(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return show


def _eq(cls: type[Any], fields: tuple[Field[Any], ...]) -> Callable[..., bool]:
    values = [each.name for each in fields if each.compare]

    def equal(self: Any, other: object) -> bool:
        # Compiled when it is first wanted: most classes are never compared.
        same = f"{_tuple('self', values)} == {_tuple('other', values)}"
        text = f"{same} if other.__class__ is self.__class__ else NotImplemented"
        cls.__eq__ = compiled = eval(f"lambda self, other: {text}")  # noqa: S307
        return bool(compiled(self, other)) if type(other) is type(self) else NotImplemented

    return equal


def _hash(cls: type[Any], fields: tuple[Field[Any], ...]) -> Callable[[Any], int]:
    values = [each.name for each in fields if (each.compare if each.hash is None else each.hash)]

    def hash_first(self: Any) -> int:
        text = f"hash({_tuple('self', values)})"
        cls.__hash__ = compiled = eval(f"lambda self: {text}")  # noqa: S307
        return int(compiled(self))

    return hash_first


def _tuple(instance: str, names: list[str]) -> str:
    return f"({''.join(f'{instance}.{name},' for name in names)})"


def _refusals(cls: type[Any], fields: tuple[Field[Any], ...]) -> dict[str, Callable[..., None]]:
    names = frozenset(each.name for each in fields)

    def refuse_set(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def refuse_delete(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return {"__setattr__": refuse_set, "__delattr__": refuse_delete}


def _pickling(fields: tuple[Field[Any], ...]) -> dict[str, Callable[..., Any]]:
    names = [each.name for each in fields]

    def get_state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def set_state(self: Any, state: list[Any]) -> None:
        for name, value in zip(names, state, strict=False):
            object.__setattr__(self, name, value)

    return {"__getstate__": get_state, "__setstate__": set_state}
