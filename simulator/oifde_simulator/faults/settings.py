"""Settings of faults: dataclass fields that carry their JSON Schema and their reader.

Rule: a setting is stated once. Its type, default, meaning and example are the arguments of one call below;
the schema for editors, the check of a scenario, the documentation and the field's default follow from it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.faults import quantities

JsonSchema = dict[str, Any]
SETTING = "setting"
"""Key of a `Setting` in the metadata of a dataclass field."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a fault."""

    key: str
    """Name in scenarios; empty for the name of the field."""
    schema: JsonSchema
    required: bool = False
    read: Callable[[Any], Any] | None = None
    """Converts a scenario's value to the field's, None for a malformed one; no reader keeps the value."""
    group: type | None = None
    """Dataclass of the settings inside; None for a single setting."""

    @property
    def default(self) -> Any:
        """Documented default, converted; None where there is none."""
        documented = self.schema.get("default")
        return documented if documented is None or self.read is None else self.read(documented)


def settings_of(owner: Any) -> dict[str, tuple[str, Setting]]:
    """List the settings of a dataclass: key in scenarios -> name of the field, setting."""
    found = ((field.name, field.metadata[SETTING]) for field in dataclasses.fields(owner))
    return {setting.key or name: (name, setting) for name, setting in found}


def value_or_default(fault: Any, name: str) -> Any:
    """Return the field `name` of a fault, or the documented default where a scenario gives none."""
    given = getattr(fault, name)
    if given is not None:
        return given
    setting: Setting = fault.__dataclass_fields__[name].metadata[SETTING]
    return setting.default


def duration(
    title: str,
    description: str,
    default: str | None = None,
    *,
    examples: Sequence[str] = ("200ms", "2s"),
    **options: Any,
) -> Any:
    """Declare a duration with its unit, 0 to one hour; the field holds seconds.

    The options of all declarations are: `required` makes the setting mandatory; `optional` makes the field
    None unless a scenario gives it, in spite of a documented default; `key` is the name in scenarios.
    """
    declared = _about(title, description, default, examples) | {
        "type": ["string"],
        "pattern": f"^{quantities.DURATION}$",
        "x-quantity": "duration",
        "x-fix": "write a duration with its unit, such as 200ms or 2s; at most 1h",
    }
    return _field(declared, quantities.seconds, **options)


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
    return _field(declared, quantities.byte_count, **options)


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
    return _field(declared, quantities.share, **options)


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
    return _field(declared, float, **options)


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
    return _field(declared, quantities.share_or_bytes, **options)


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
    return _field(declared, int, **options)


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
    return _field(declared, None, **options)


def choice(title: str, description: str, *names: str, **options: Any) -> Any:
    """Declare one of some words; the first is the default."""
    return _field(_about(title, description, names[0], names) | {"enum": list(names)}, None, **options)


def group(members: type, title: str, description: str, *, example: Mapping[str, Any], **options: Any) -> Any:
    """Declare settings that belong together; `members` is the dataclass that declares them."""
    declared = _about(title, description, None, (example,)) | {"type": ["object"]} | object_schema(members)
    return _field(declared, None, group=members, **options)


def object_schema(owner: Any) -> JsonSchema:
    """Write the JSON Schema of a mapping that holds the settings of a dataclass."""
    settings = {key: setting for key, (_, setting) in settings_of(owner).items()}
    required = [key for key, setting in settings.items() if setting.required]
    properties = {key: setting.schema for key, setting in settings.items()}
    declared = {"additionalProperties": False, "properties": properties}
    return declared | ({"required": required} if required else {})


def _field(
    declared: JsonSchema,
    read: Callable[[Any], Any] | None,
    *,
    key: str = "",
    required: bool = False,
    optional: bool = False,
    group: type | None = None,
) -> Any:
    setting = Setting(key, declared, required, read, group)
    default = dataclasses.MISSING if required else None if optional else setting.default
    return dataclasses.field(default=default, metadata={SETTING: setting})


def _about(title: str, description: str, default: Any, examples: Sequence[Any]) -> JsonSchema:
    about = {"title": title, "description": description, "examples": list(examples)}
    return about if default is None else about | {"default": default}
