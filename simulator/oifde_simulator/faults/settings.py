"""How the settings of faults are declared: JSON Schema that an editor shows and `reading` reads by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.quantities import DURATION, SHARE, SIZE

Declaration = dict[str, Any]

ABOUT = ("title", "description", "default", "examples", "not", "type")


def duration(title: str, description: str, default: str | None = None, *examples: str) -> Declaration:
    """A setting that is a duration with its unit, 0 to an hour; read as seconds."""
    return _about(title, description, default, examples or ("200ms", "2s")) | {
        "type": ["string"],
        "pattern": f"^{DURATION}$",
        "x-quantity": "duration",
        "x-fix": "write a duration with its unit, such as 200ms or 2s; at most 1h",
    }


def size(
    title: str, description: str, default: int | str | None = None, *, least: int = 1, most: int = 1 << 20
) -> Declaration:
    """A setting that is a number of bytes."""
    return _about(title, description, default, (40, "10KiB")) | {
        "type": ["integer", "string"],
        "minimum": least,
        "maximum": most,
        "pattern": f"^{SIZE}$",
        "x-quantity": "size",
        "x-fix": f"write bytes, such as 40 or 10KiB, from {least} to {most}",
    }


def share(title: str, description: str, default: float | None = None) -> Declaration:
    """A setting that is a share, from 0 to 1."""
    return _about(title, description, default, (0.5, "90%")) | {
        "type": ["number", "string"],
        "minimum": 0,
        "maximum": 1,
        "pattern": f"^{SHARE}$",
        "x-quantity": "share",
        "x-fix": "write a share from 0 to 1, such as 0.5 or 50%",
    }


def number(
    title: str, description: str, default: float | None, *, most: float, examples: Sequence[float]
) -> Declaration:
    """A setting that is a number, from 0."""
    return _about(title, description, default, examples) | {
        "type": ["number"],
        "minimum": 0,
        "maximum": most,
        "x-quantity": "number",
        "x-fix": f"write a number from 0 to {most}",
    }


def amount(title: str, description: str, default: float | None = None) -> Declaration:
    """A setting that is a share of the body (a number with a point) or bytes of it."""
    return _about(title, description, default, (0.5, "50%", 40, "10KiB")) | {
        "type": ["number", "string"],
        "minimum": 0,
        "maximum": 1 << 30,
        "pattern": f"^({SIZE}|{SHARE})$",
        "x-quantity": "amount",
        "x-fix": "write a share with a point, such as 0.5, or 50%, or bytes, such as 40 or 10KiB",
    }


def whole(title: str, description: str, default: int | None, *, least: int, most: int) -> Declaration:
    """A setting that is a whole number."""
    return _about(title, description, default, (least, most) if default is None else (default,)) | {
        "type": ["integer"],
        "minimum": least,
        "maximum": most,
        "x-fix": f"write a whole number from {least} to {most}",
    }


def choice(title: str, description: str, *names: str) -> Declaration:
    """A setting that is one of these words, the first by default."""
    return _about(title, description, names[0], names) | {"enum": list(names)}


def group(
    title: str, description: str, example: Mapping[str, Any], properties: Mapping[str, Declaration]
) -> Declaration:
    """Several settings that belong together; what the example names and has no default is required."""
    return _about(title, description, None, (example,)) | {
        "type": ["object"],
        "additionalProperties": False,
        "properties": dict(properties),
        "required": [name for name in example if "default" not in properties[name]],
    }


def fault(
    title: str,
    description: str,
    *examples: Any,
    properties: Mapping[str, Declaration] | None = None,
    main: str | None = None,
    required: Sequence[str] = (),
    bare: bool = True,
) -> Declaration:
    """The value of a fault: a mapping of settings, or its main one; nothing or true where it needs none."""
    properties = dict(properties or {})
    chief = properties[main] if main else {}
    refused = [*chief.get("not", {}).get("enum", ()), *([False] if bare else ())]
    return {
        "title": title,
        "description": description,
        "examples": list(examples),
        "type": ["object", *chief.get("type", ()), *(("null", "boolean") if bare else ())],
        "additionalProperties": False,
        "properties": properties,
        **({"required": list(required)} if required else {}),
        **{name: said for name, said in chief.items() if name not in ABOUT and not name.startswith("x-")},
        **({"not": {"enum": refused}} if refused else {}),
        **({"x-main": main, "x-fix": chief["x-fix"]} if main else {}),
    }


def _about(title: str, description: str, default: Any, examples: Sequence[Any]) -> Declaration:
    said = {"title": title, "description": description, "examples": list(examples)}
    return said if default is None else said | {"default": default}
