"""Decorator that makes a frozen dataclass a fault, with a name and a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from inspect import cleandoc
from typing import Any, TypeVar

from oifde_simulator.faults.base import Fault, FaultError
from oifde_simulator.faults.quantities import SHARE, SIZE
from oifde_simulator.faults.setting import JsonSchema, object_schema, settings_of

FaultClass = TypeVar("FaultClass", bound=type[Fault])

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Pattern of names, which also fits the header X-Simulator-Rule."""
OF_THE_SETTING = ("title", "description", "default", "examples", "not", "type")
"""Schema keywords of the main setting that are not copied to the value of the fault."""

SIZE_OR_SHARE: JsonSchema = {
    "type": ["number", "string"],
    "pattern": f"^({SIZE}|{SHARE})$",
    "x-fix": "write a share, such as 50% or 0.5, or bytes, such as 40 or 10KiB",
}
"""Schema of a scalar that sets a size or a share, in which it differs from that of the size."""


def fault(
    name: str,
    *,
    examples: Sequence[Any],
    main: str = "",
    share: str = "",
    title: str = "",
    timing_only: bool = False,
) -> Callable[[FaultClass], FaultClass]:
    """Declare a frozen dataclass as the fault `name`; its docstring becomes the description.

    `examples` are values that a scenario may write (None for the name alone), the first the most typical.
    `main` is the setting that a scalar sets; where that is a size, `share` may be the setting that a scalar
    in percent, or between whole numbers, sets. `timing_only` promises that no byte and no end changes.
    """

    def declare(fault_class: FaultClass) -> FaultClass:
        _check(name, fault_class, examples, main, share)
        fault_class.fault_name = name
        fault_class.timing_only = timing_only
        about = {
            "title": title or name.replace("-", " ").capitalize(),
            "description": " ".join(cleandoc(fault_class.__doc__ or "").split()),
            "examples": list(examples),
        }
        fault_class.fault_schema = about | _value_schema(fault_class, main, share)
        return fault_class

    return declare


def _check(name: str, fault_class: type, examples: Sequence[Any], main: str, share: str) -> None:
    if not NAME.fullmatch(name):
        raise TypeError(f'expected a name of lower-case words such as big-headers, found "{name}"')
    parameters = vars(fault_class).get("__dataclass_params__")
    if not (parameters and parameters.frozen and issubclass(fault_class, Fault)):
        raise TypeError(f"fault {name}: expected a frozen dataclass that extends Fault")
    if not examples:
        raise TypeError(f"fault {name}: expected at least one example; [None] is the name alone")
    if main and main not in settings_of(fault_class):
        raise TypeError(f'fault {name}: expected main to be a setting, found "{main}"')
    if share and not (_is(fault_class, main, "size") and _is(fault_class, share, "share")):
        raise TypeError(f'fault {name}: expected main to be a size and share a share, found "{share}"')


def _is(fault_class: type, setting: str, quantity: str) -> bool:
    found = settings_of(fault_class).get(setting)
    return found is not None and found[1].schema.get("x-quantity") == quantity


def _value_schema(fault_class: type[Fault], main: str, share: str) -> JsonSchema:
    """Write the schema of the value: a mapping, the main setting alone, or no value where none is needed."""
    settings = object_schema(fault_class)
    main_schema = settings["properties"][main] if main else {}
    if share:
        main_schema = main_schema | SIZE_OR_SHARE
    bare = _needs_no_setting(fault_class, settings)
    refused = [*main_schema.get("not", {}).get("enum", ()), *([False] if bare else ())]
    return {
        "type": ["object", *main_schema.get("type", ()), *(("null", "boolean") if bare else ())],
        **settings,
        **{key: value for key, value in main_schema.items() if not _of_the_setting(key)},
        **({"not": {"enum": refused}} if refused else {}),
        **({"x-main": main, "x-fix": main_schema["x-fix"]} if main else {}),
        **({"x-share": share} if share else {}),
    }


def _of_the_setting(keyword: str) -> bool:
    return keyword in OF_THE_SETTING or keyword.startswith("x-")


def _needs_no_setting(fault_class: type[Fault], settings: JsonSchema) -> bool:
    if "required" in settings:
        return False
    try:
        fault_class()
    except FaultError:
        return False
    return True
