"""Run the probes against a target, until they are done or somebody interrupts."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from oifde_simulator.cli.drift.recordings import RecordingsAccount
from oifde_simulator.cli.target_options import Account
from oifde_simulator.cli.termination import end_at_sigterm
from oifde_simulator.clock import TIME_OF_DAY
from oifde_simulator.drift.asker import Asker
from oifde_simulator.drift.downloads import Downloads, SigningSession
from oifde_simulator.drift.handshake import TargetHandshakes
from oifde_simulator.drift.judgement import Finding
from oifde_simulator.drift.run import Result, run
from oifde_simulator.drift.survey import Survey
from oifde_simulator.vendor_client import Pace, VendorSession


class KnownSession(NamedTuple):
    """What is known of a session that queries find: the number of its user, or its callId, or both."""

    user: str | None
    call_id: str | None


def known_session(options: argparse.Namespace, environment: Mapping[str, str]) -> KnownSession:
    """Read what is known; what options leave open, the environment says. Raises ValueError."""
    user = (options.user or environment.get("OIFDE_USER", "")).strip()
    call_id = (options.call_id or environment.get("OIFDE_CALL_ID", "")).strip()
    if not (user or call_id):
        raise ValueError("expected --user NUMBER or --call-id ID, something that queries find")
    return KnownSession(user or None, call_id or None)


def ask(
    options: argparse.Namespace, who: Account, known: KnownSession, recordings: RecordingsAccount
) -> Result:
    """Judge the target; at Ctrl-C the result has what was learnt so far."""
    result = Result(who.target.origin)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_ask(options, who, known, recordings, result))
    return result


async def _ask(
    options: argparse.Namespace,
    who: Account,
    known: KnownSession,
    recordings: RecordingsAccount,
    result: Result,
) -> None:
    end_at_sigterm()
    target = who.target
    pace = Pace(options.max_requests, options.rate, time=time.monotonic, sleep=asyncio.sleep)
    async with VendorSession(target, pace) as session, VendorSession(recordings.target, pace) as other:
        asker = Asker(session, app_key=who.app_key, secret=target.secret, time=time.monotonic)
        survey = Survey(
            asker,
            target.tenant,
            TargetHandshakes(target, pace.wait),
            _downloads(asker, recordings, other, same_target=recordings.target is target),
            user=known.user,
            call_id=known.call_id,
            allow_lock=options.allow_lock,
        )
        try:
            await run(survey, result, _progress if sys.stderr.isatty() else lambda _: None)
        finally:
            result.requests = pace.sent


def _downloads(
    asker: Asker, recordings: RecordingsAccount, session: VendorSession, *, same_target: bool
) -> Downloads:
    signing = SigningSession(session, recordings.key, recordings.host, TIME_OF_DAY.now)
    return Downloads(asker.beside(signing, same_target=same_target), recordings.key)


def _progress(finding: Finding) -> None:
    print(f"{finding.key}: {finding.verdict}", file=sys.stderr, flush=True)
