"""`oifde-simulator explain`: say what happens to a request, and why, without a server."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from oifde_simulator.cli.exit_codes import OK
from oifde_simulator.cli.parser import SESSION_SETTINGS, add_settings, print_json, session_settings
from oifde_simulator.immediate import immediate
from oifde_simulator.quantities import count, trim

if TYPE_CHECKING:
    from oifde_simulator.cli.explain.request_file import RequestFile
    from oifde_simulator.cli.explain.sequence import Step
    from oifde_simulator.config import Settings
    from oifde_simulator.engine.explain import Explainer, Explanation
    from oifde_simulator.tenants import Tenants

ANSWERING_SETTINGS = (
    "tenantless",
    "settings_from",
    "recordings_tenant",
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
        help="the body, or an object of endpoint, path, headers, body, at ...; a list of them; - for stdin",
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="when it is sent: since load, as 5s, or an instant, as 2026-01-01T00:00:05Z",
    )
    parser.add_argument("--repeat", default="1", metavar="N", help="send it so many times (default: 1)")
    parser.add_argument("--endpoint", metavar="NAME", help="the operation asked, as in a rule's match")
    parser.add_argument("--json", action="store_true", help="for machines, with every byte")
    add_settings(parser, SETTINGS)


def execute(options: argparse.Namespace) -> int:
    """Explain the requests of a file, each sent `--repeat` times; return the exit code."""
    from oifde_simulator.cli.explain import request_file, sequence, unknown_sender
    from oifde_simulator.engine.explain import Explainer
    from oifde_simulator.oifde.leniency import Leniency

    settings, repeat = session_settings(options, SETTINGS), _repeat(options.repeat)
    tenant, tenants = _tenants(options.scenario, settings)
    explainer = Explainer(tenants, bad_json_status=settings.bad_json_status, leniency=Leniency.of(settings))
    document = request_file.load(options.request)
    clock = tenants.files[tenant].clock
    goes = clock.instant is None
    times = sequence.Times(explainer.load(tenant), goes, begins=goes and not clock.follows)
    steps = sequence.read(document, options.request, times, options.at, options.endpoint)
    explained = _explained(steps, tenant, tenants, explainer, repeat)
    one = not isinstance(document, list)
    senders = [step.request.sender for step in steps]
    advice = [
        *dict.fromkeys(request_file.misplaced_keys(document)),
        *unknown_sender.advice(senders, tenants.files[tenant].rules),
    ]
    if options.json:
        _print_json(explained, one=one)
    elif one:
        _print_one(explained, repeat, advice, timed=steps[0].at is not None)
    else:
        _print_list(explained, repeat * len(steps), advice)
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
        recordings_tenant=tenant if settings.recordings_tenant == tenant else None,
    )


def _explained(
    steps: Sequence[Step], tenant: str, tenants: Tenants, explainer: Explainer, repeat: int
) -> Iterator[tuple[RequestFile, Explanation]]:
    """Explain each request, sent `repeat` times, at its time; one token is filled in where they name none."""
    from oifde_simulator.cli.explain import request_file
    from oifde_simulator.cli.explain.sender import Senders
    from oifde_simulator.tenants.tokens import accepted_token

    senders = Senders()
    token = cache(lambda: immediate(accepted_token(tenants, tenant)))
    for request, at in steps:
        if at is not None:
            explainer.set_clock(tenant, at)
        filled = request_file.filled(request, tenants, tenant, token)
        for _ in range(repeat):
            sent = senders.next(filled.sender)
            yield filled, explainer.explain(filled.request(sent), filled.sender.in_flight)


def _print_one(
    explained: Iterator[tuple[RequestFile, Explanation]], total: int, advice: Sequence[str], *, timed: bool
) -> None:
    """Print the one request of a file, then what happens to it each time."""
    from oifde_simulator.cli.explain import explanation_text

    request, first = next(explained)
    print("\n".join([explanation_text.format_request(request), *advice]))
    explanations = chain([first], (explanation for _, explanation in explained))
    for text in explanation_text.format_explanations(explanations, total, timed=timed):
        print(text)


def _print_list(
    explained: Iterator[tuple[RequestFile, Explanation]], total: int, advice: Sequence[str]
) -> None:
    """Print each request of a list with what happens to it."""
    from oifde_simulator.cli.explain import explanation_text

    for line in advice:
        print(line)
    for text in explanation_text.format_explanations(explained, total, timed=True):
        print(text)


def _print_json(explained: Iterator[tuple[RequestFile, Explanation]], *, one: bool) -> None:
    from oifde_simulator.cli.explain import request_file
    from oifde_simulator.engine.explain import as_json

    turns = [(request, as_json(explanation)) for request, explanation in explained]
    if one:
        print_json({**request_file.as_json(turns[0][0]), "turns": [turn for _, turn in turns]})
    else:
        print_json([{"request": request_file.as_json(request), **turn} for request, turn in turns])
