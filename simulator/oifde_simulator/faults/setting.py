"""One setting of a fault: a dataclass field whose metadata holds its JSON Schema and its reader."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass

JsonSchema = dict[str, Any]
SETTING = "setting"
"""Key of a `Setting` in the metadata of a field."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a fault."""

    key: str
    """Name in scenarios; empty for the name of the field."""
    schema: JsonSchema
    required: bool = False
    read: Callable[[Any], Any] | None = None
    """Converter from a scenario's value, which returns None for a malformed one; None to keep the value."""
    group: type | None = None
    """Dataclass of the settings inside; None for a single setting."""

    @property
    def default(self) -> Any:
        """Documented default, converted; None where there is none."""
        documented = self.schema.get("default")
        return documented if documented is None or self.read is None else self.read(documented)


def settings_of(owner: Any) -> dict[str, tuple[str, Setting]]:
    """List the settings of a dataclass: key in scenarios -> name of the field, setting.

    Raises TypeError for a field that is no setting.
    """
    fields = dataclasses.fields(owner)
    for field in fields:
        if SETTING not in field.metadata:
            raise TypeError(f'expected "{field.name}" to be declared by a function of faults.settings')
    settings = {field.name: field.metadata[SETTING] for field in fields}
    return {setting.key or name: (name, setting) for name, setting in settings.items()}


def value_or_default(fault: Any, name: str) -> Any:
    """Return the field `name` of a fault, or the documented default where a scenario gives none."""
    given = getattr(fault, name)
    if given is not None:
        return given
    setting: Setting = fault.__dataclass_fields__[name].metadata[SETTING]
    return setting.default


def object_schema(owner: Any) -> JsonSchema:
    """Write the JSON Schema of a mapping that holds the settings of a dataclass."""
    settings = {key: setting for key, (_, setting) in settings_of(owner).items()}
    required = [key for key, setting in settings.items() if setting.required]
    properties = {key: setting.schema for key, setting in settings.items()}
    declared = {"additionalProperties": False, "properties": properties}
    return declared | ({"required": required} if required else {})


def setting_field(
    declared: JsonSchema,
    read: Callable[[Any], Any] | None,
    *,
    key: str = "",
    required: bool = False,
    optional: bool = False,
    group: type | None = None,
) -> Any:
    """Make the dataclass field of a setting; the options are those of `settings.duration`."""
    setting = Setting(key, declared, required, read, group)
    default = dataclasses.MISSING if required else None if optional else setting.default
    return dataclasses.field(default=default, metadata={SETTING: setting})
