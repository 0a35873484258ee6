"""`oifde-simulator explain`: say what happens to a request, and why, without a server."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from oifde_simulator.cli.exit_codes import OK
from oifde_simulator.cli.parser import SESSION_SETTINGS, add_settings, print_json, session_settings
from oifde_simulator.quantities import count, trim

if TYPE_CHECKING:
    from oifde_simulator.cli.explain.request_file import RequestFile
    from oifde_simulator.config import Settings
    from oifde_simulator.tenants import Tenants

ANSWERING_SETTINGS = (
    "tenantless",
    "settings_from",
    "any_credentials",
    "bad_json_status",
    "error_status",
    "repeated_slashes",
    "trailing_slash",
    "byte_order_mark",
    "charset",
)
"""Names of the settings of `serve` that decide what a request is answered."""
SETTINGS = (*SESSION_SETTINGS, *ANSWERING_SETTINGS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explain`."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a file, or the id of a scenario there is")
    parser.add_argument(
        "request",
        metavar="REQUEST.json",
        help="the body, or an object of endpoint, path, headers and body; - for stdin",
    )
    parser.add_argument("--repeat", default="1", metavar="N", help="send it so many times (default: 1)")
    parser.add_argument("--endpoint", metavar="NAME", help="the operation asked, as in a rule's match")
    parser.add_argument("--json", action="store_true", help="for machines, with every byte")
    add_settings(parser, SETTINGS)


def execute(options: argparse.Namespace) -> int:
    """Explain the request, sent `--repeat` times; return the exit code."""
    from oifde_simulator.cli.explain import request_file

    settings, repeat = session_settings(options, SETTINGS), _repeat(options.repeat)
    tenant, tenants = _tenants(options.scenario, settings)
    request = request_file.parse(request_file.load(options.request), tenants, tenant, options.endpoint)
    _print(request, tenants, settings, repeat, as_json=options.json)
    return OK


def _repeat(text: str) -> int:
    try:
        return count(trim(text))
    except ValueError as error:
        raise ValueError(f"--repeat: {error}") from None


def _tenants(scenario: str, settings: Settings) -> tuple[str, Tenants]:
    """Load the scenario and return its tenant's id and the tenants, of which it is the only one."""
    from oifde_simulator.scenario import selection
    from oifde_simulator.tenants import Tenants

    tenant, loaded = selection.one(scenario, settings)
    return tenant, Tenants(
        {tenant: loaded},
        seed=settings.seed,
        error_status=settings.error_status,
        any_credentials=settings.any_credentials,
        tenantless=tenant if settings.tenantless == tenant else None,
        settings_from=tenant if settings.settings_from == tenant else None,
    )


def _print(request: RequestFile, tenants: Tenants, settings: Settings, repeat: int, *, as_json: bool) -> None:
    from oifde_simulator.cli.explain import explanation_text, request_file
    from oifde_simulator.engine import explain
    from oifde_simulator.oifde.leniency import Leniency

    explanations = explain.explain(
        tenants,
        request.request(),
        repeat,
        bad_json_status=settings.bad_json_status,
        leniency=Leniency.of(settings),
    )
    if as_json:
        turns = [explain.as_json(explanation) for explanation in explanations]
        print_json({**request_file.as_json(request), "turns": turns})
        return
    print(explanation_text.format_request(request))
    for text in explanation_text.format_explanations(explanations, repeat):
        print(text)
