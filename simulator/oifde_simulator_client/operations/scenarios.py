"""Operations on scenarios: check a text, and look into the gallery."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import as_it_is, build
from oifde_simulator_client.encode import path
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import CheckedText

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


def check(
    yaml: str, kind: Literal["scenario", "rules"] = "scenario", tenant: str | None = None
) -> Call[CheckedText]:
    """Check the text of a scenario or of rules; names of rules that the tenant has are taken."""
    wanted = {"yaml": yaml, "kind": kind} | ({} if tenant is None else {"tenant": tenant})
    return Call("POST", "/check", of_json(partial(build, CheckedText)), wanted)


def gallery() -> Call[Mapping[str, Any]]:
    """Fetch the bundled scenarios by symptom: `symptoms`, `scenarios` and `magic` numbers."""
    return Call("GET", "/gallery", of_json(as_it_is))


def gallery_scenario(name: str) -> Call[Mapping[str, Any]]:
    """Fetch one bundled scenario with its `yaml` and its `rules`."""
    return Call("GET", path("gallery", name), of_json(as_it_is))
