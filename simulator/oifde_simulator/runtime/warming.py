"""Prepares everything that the decision about a request may need: a server that says it is ready is warm.

Rule: what is prepared here is done once a process, and is nothing that depends on a request.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from oifde_simulator.faults import registry
from oifde_simulator.oifde import contract
from oifde_simulator.population import generator
from oifde_simulator.population.vocabulary import shipped_locales
from oifde_simulator.scenario.model import Scenario

LAZY_MODULES = (
    "difflib",
    "encodings.gbk",
    "oifde_simulator.near_names",
    "oifde_simulator.rules.answers.pagination",
    "oifde_simulator.rules.answers.recording",
    "oifde_simulator.scenario.rule_builder",
)
"""Modules that decisions import where they need them: near names, and what bundled scenarios are built of."""


@cache
def warm() -> None:
    """Import lazy modules and faults, prepare the explanation of refusals, load shipped words and texts."""
    for module in LAZY_MODULES:
        import_module(module)
    registry.builtin_faults()
    for name in filter(contract.has_body, contract.interfaces()):
        contract.request_schema(name).explain({})
    for locale in shipped_locales():
        generator.warm(locale)


def warm_other_locales(scenarios: Iterable[Scenario]) -> None:
    """Begin to draw, in a thread, the words of the scenarios' locales that are not shipped.

    Nobody waits for the thread: a server that is stopped meanwhile just goes.
    """
    wanted = {scenario.generate.locale for scenario in scenarios if scenario.generate}
    if locales := sorted(wanted.difference(shipped_locales())):
        threading.Thread(target=_warm_each, args=(locales,), name="warm", daemon=True).start()


def _warm_each(locales: Iterable[str]) -> None:
    for locale in locales:
        generator.warm(locale)
