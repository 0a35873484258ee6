"""Run the probes against a target, until they are done or somebody interrupts."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import suppress

from oifde_simulator.cli.drift.account import Account
from oifde_simulator.drift.asker import Asker
from oifde_simulator.drift.handshake import TargetHandshakes
from oifde_simulator.drift.judgement import Finding
from oifde_simulator.drift.run import Result, run
from oifde_simulator.drift.survey import Survey
from oifde_simulator.vendor_client import Pace, Target, TargetError, VendorSession


def ask(options: argparse.Namespace, who: Account) -> Result:
    """Judge the target; at Ctrl-C the result has what was learnt so far. Raises ValueError."""
    try:
        target = _target(options, who)
        target.ssl_context()
    except TargetError as error:
        raise ValueError(str(error)) from None
    result = Result(target.origin)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_ask(options, who, target, result))
    return result


def _target(options: argparse.Namespace, who: Account) -> Target:
    return Target(
        who.target,
        who.tenant,
        who.secret,
        ca=options.ca,
        insecure=options.insecure,
        client_certificate=options.client_cert,
        client_key=options.client_key,
        timeout=options.timeout,
    )


async def _ask(options: argparse.Namespace, who: Account, target: Target, result: Result) -> None:
    _end_at_sigterm()
    pace = Pace(options.max_requests, options.rate, time=time.monotonic, sleep=asyncio.sleep)
    async with VendorSession(target, pace) as session:
        asker = Asker(session, app_key=who.app_key, secret=who.secret, time=time.monotonic)
        survey = Survey(
            asker,
            who.tenant,
            TargetHandshakes(target, pace.wait),
            user=who.user,
            call_id=who.call_id,
            allow_lock=options.allow_lock,
        )
        try:
            await run(survey, result, _progress if sys.stderr.isatty() else lambda _: None)
        finally:
            result.requests = pace.sent


def _end_at_sigterm() -> None:
    """Let SIGTERM, as of a pipeline that takes too long, end the run like Ctrl-C."""
    task = asyncio.current_task()
    with suppress(
        NotImplementedError, RuntimeError, ValueError
    ):  # Windows, or another thread than the main one
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _progress(finding: Finding) -> None:
    print(f"{finding.key}: {finding.verdict}", file=sys.stderr, flush=True)
