"""Dataclasses as the standard library's, made in a fifth of the time: a start makes some 130 of them.

The standard library compiles six methods for each frozen class. Here `__init__` is compiled once for all
classes of as many fields; the others are shared functions that know the names of the fields, or are compiled
at their first call.

Rule: nobody can tell such a class from the standard library's. What is unusual (bases with fields, arguments
by keyword only, fields that `__init__` does not take) is left to the standard library.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from functools import cache
from reprlib import recursive_repr
from types import CellType, CodeType, FunctionType
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
    made = _with_fields(cls, slots=slots, kw_only=kw_only)
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


def _with_fields(cls: type[Any], **options: bool) -> type[Any]:
    """Make fields of the annotations of a class, into whose texts the standard library looks slowly."""
    make = dataclasses.dataclass(init=False, repr=False, eq=False, **options)
    written = cls.__annotations__
    if not all(isinstance(each, str) and "ClassVar" not in each for each in written.values()):
        return make(cls)
    cls.__annotations__ = dict.fromkeys(written, object)
    made = make(cls)
    made.__annotations__ = written
    for name, field in made.__dataclass_fields__.items():
        field.type = written[name]
    return made


def _init(
    cls: type[Any], fields: tuple[Field[Any], ...], *, frozen: bool, slots: bool
) -> Callable[..., None]:
    made = tuple(number for number, each in enumerate(fields) if each.default_factory is not MISSING)
    kw_only = bool(fields) and bool(fields[0].kw_only)
    code = _template(
        len(fields),
        made,
        by="slot" if frozen and slots else "setter" if frozen else "name",
        kw_only=kw_only,
        checks=hasattr(cls, "__post_init__"),
    )
    values: dict[str, Any] = {"FACTORY": FACTORY, "set_value": object.__setattr__}
    values |= {f"make_{_place(number)}": fields[number].default_factory for number in made}
    if frozen and slots:  # faster than object.__setattr__
        values |= {f"set_{_place(n)}": vars(cls)[each.name].__set__ for n, each in enumerate(fields)}
    init = FunctionType(
        _renamed(
            code, {_place(n): each.name for n, each in enumerate(fields)}, f"{cls.__qualname__}.__init__"
        ),
        vars(sys.modules[cls.__module__]),
        "__init__",
        closure=tuple(CellType(values[name]) for name in code.co_freevars),
    )
    defaults = _defaults(fields)
    if kw_only:
        init.__kwdefaults__ = defaults
    else:
        init.__defaults__ = tuple(defaults.values()) or None
    init.__annotations__ = {**{each.name: each.type for each in fields}, "return": None}
    return init


def _defaults(fields: tuple[Field[Any], ...]) -> dict[str, Any]:
    """Map the names of arguments that may be left out to their defaults. Raises TypeError."""
    found: dict[str, Any] = {}
    for each in fields:
        if each.default is not MISSING:
            found[each.name] = each.default
        elif each.default_factory is not MISSING:
            found[each.name] = FACTORY
        elif found and not each.kw_only:
            raise TypeError(f"non-default argument {each.name!r} follows default argument")
    return found


def _place(number: int) -> str:
    """Name a field in a template by its number."""
    return f"field_{number}"


@cache
def _template(count: int, made: tuple[int, ...], *, by: str, kw_only: bool, checks: bool) -> CodeType:
    """Compile `__init__` for so many fields, whose names are still to be set: compiling is what takes time.

    `made` are numbers of fields that have a factory, `by` tells how values are set, and `checks` that
    `__post_init__` is called.
    """
    places = [_place(number) for number in range(count)]
    setting = {
        "slot": "set_{0}(self, {1})",
        "setter": "set_value(self, {0!r}, {1})",
        "name": "self.{0} = {1}",
    }
    lines = []
    for number, place in enumerate(places):
        value = f"make_{place}() if {place} is FACTORY else {place}" if number in made else place
        lines.append(setting[by].format(place, value))
    lines += ["self.__post_init__()"] if checks else []
    free = ["FACTORY", *(f"make_{places[number]}" for number in made)] if made else []
    free += {"slot": [f"set_{place}" for place in places], "setter": ["set_value"]}.get(by, [])
    head = ", ".join(["self", *(["*"] if kw_only else []), *places])
    body = "".join(f"\n  {line}" for line in lines or ["pass"])
    found: dict[str, Callable[..., FunctionType]] = {}
    exec(f"def create({', '.join(free)}):\n def __init__({head}):{body}\n return __init__", {}, found)  # noqa: S102
    return found["create"](*free).__code__


def _renamed(code: CodeType, names: dict[str, str], qualified: str) -> CodeType:
    """Copy the code of a template with the names of a class's fields."""
    return code.replace(
        co_varnames=tuple(names.get(each, each) for each in code.co_varnames),
        co_names=tuple(names.get(each, each) for each in code.co_names),
        co_consts=tuple(names.get(each, each) if isinstance(each, str) else each for each in code.co_consts),
        co_qualname=qualified,
    )


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
