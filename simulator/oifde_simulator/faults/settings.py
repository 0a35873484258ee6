"""Declarations of settings: durations, sizes, shares, numbers, texts, flags, choices and groups.

Rule: a setting is stated once. Its type, default, meaning and example are the arguments of one call below;
the schema for editors, the check of a scenario, the documentation and the field's default follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.faults import quantities
from oifde_simulator.faults.setting import JsonSchema, object_schema, setting_field


def duration(
    title: str,
    description: str,
    default: str | None = None,
    *,
    examples: Sequence[str] = ("200ms", "2s"),
    **options: Any,
) -> Any:
    """Declare a duration with its unit, 0 to one hour; the field holds seconds.

    All declarations take these options. `required`: a scenario must give the setting. `optional`: the field
    is None unless a scenario gives the setting, although a default is documented. `key`: the name in
    scenarios, by default that of the field.
    """
    declared = _about(title, description, default, examples) | {
        "type": ["string"],
        "pattern": f"^{quantities.DURATION}$",
        "x-quantity": "duration",
        "x-fix": "write a duration with its unit, such as 200ms or 2s; at most 1h",
    }
    return setting_field(declared, quantities.seconds, **options)


def size(
    title: str,
    description: str,
    default: int | str | None = None,
    *,
    least: int = 1,
    most: int = 1 << 20,
    **options: Any,
) -> Any:
    """Declare a number of bytes."""
    declared = _about(title, description, default, (40, "10KiB")) | {
        "type": ["integer", "string"],
        "minimum": least,
        "maximum": most,
        "pattern": f"^{quantities.SIZE}$",
        "x-quantity": "size",
        "x-fix": f"write bytes, such as 40 or 10KiB, from {least} to {most}",
    }
    return setting_field(declared, quantities.byte_count, **options)


def share(title: str, description: str, default: float | None = None, **options: Any) -> Any:
    """Declare a share, from 0 to 1 or in percent."""
    declared = _about(title, description, default, (0.5, "90%")) | {
        "type": ["number", "string"],
        "minimum": 0,
        "maximum": 1,
        "pattern": f"^{quantities.SHARE}$",
        "x-quantity": "share",
        "x-fix": "write a share from 0 to 1, such as 0.5 or 50%",
    }
    return setting_field(declared, quantities.share, **options)


def number(
    title: str,
    description: str,
    default: float | None = None,
    *,
    most: float,
    examples: Sequence[float],
    **options: Any,
) -> Any:
    """Declare a number from 0 to `most`."""
    declared = _about(title, description, default, examples) | {
        "type": ["number"],
        "minimum": 0,
        "maximum": most,
        "x-quantity": "number",
        "x-fix": f"write a number from 0 to {most}",
    }
    return setting_field(declared, float, **options)


def amount(title: str, description: str, default: float | None = None, **options: Any) -> Any:
    """Declare a part of the body: a share (a number with a point, read as float) or bytes (read as int)."""
    declared = _about(title, description, default, (0.5, "50%", 40, "10KiB")) | {
        "type": ["number", "string"],
        "minimum": 0,
        "maximum": 1 << 30,
        "pattern": f"^({quantities.SIZE}|{quantities.SHARE})$",
        "x-quantity": "amount",
        "x-fix": "write a share with a point, such as 0.5, or 50%, or bytes, such as 40 or 10KiB",
    }
    return setting_field(declared, quantities.share_or_bytes, **options)


def whole(
    title: str,
    description: str,
    default: int | None = None,
    *,
    least: int,
    most: int,
    examples: Sequence[int] = (),
    refused: Sequence[int] = (),
    fix: str = "",
    **options: Any,
) -> Any:
    """Declare a whole number from `least` to `most`, but none of `refused`."""
    examples = examples or ((least, most) if default is None else (default,))
    declared = _about(title, description, default, examples) | {
        "type": ["integer"],
        "minimum": least,
        "maximum": most,
        "x-fix": fix or f"write a whole number from {least} to {most}",
    }
    if refused:
        declared["not"] = {"enum": list(refused)}
    return setting_field(declared, int, **options)


def text(
    title: str,
    description: str,
    default: str | None = None,
    *,
    pattern: str,
    longest: int,
    examples: Sequence[str],
    fix: str,
    **options: Any,
) -> Any:
    """Declare a text of 1 to `longest` characters."""
    declared = _about(title, description, default, examples) | {
        "type": ["string"],
        "minLength": 1,
        "maxLength": longest,
        "pattern": pattern,
        "x-fix": fix,
    }
    return setting_field(declared, None, **options)


def flag(title: str, description: str, default: bool, **options: Any) -> Any:
    """Declare a setting that is true or false."""
    declared = _about(title, description, default, (True, False)) | {
        "type": ["boolean"],
        "x-fix": "write true or false",
    }
    return setting_field(declared, None, **options)


def choice(title: str, description: str, *names: str, **options: Any) -> Any:
    """Declare one of some words; the first is the default."""
    return setting_field(_about(title, description, names[0], names) | {"enum": list(names)}, None, **options)


def group(members: type, title: str, description: str, *, example: Mapping[str, Any], **options: Any) -> Any:
    """Declare settings that belong together; `members` is the dataclass that declares them."""
    declared = _about(title, description, None, (example,)) | {"type": ["object"]} | object_schema(members)
    return setting_field(declared, None, group=members, **options)


def _about(title: str, description: str, default: Any, examples: Sequence[Any]) -> JsonSchema:
    about = {"title": title, "description": description, "examples": list(examples)}
    return about if default is None else about | {"default": default}
