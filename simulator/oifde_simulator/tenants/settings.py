"""What the settings of a scenario mean for its service and its sessions; prepared when a tenant is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oifde_simulator.model.sessions import Sessions
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.queries.zones import likely_zones
from oifde_simulator.oifde.sound import FolderSound, MadeSound, SoundSource
from oifde_simulator.population.by_end import LONGEST, MergedByEnd, SessionsByEnd
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.population.merging import MergedSessions
from oifde_simulator.population.ordering import OldestFirst
from oifde_simulator.scenario.model import RecordingsSpec, Scenario


def policy_of(scenario: Scenario, server: ServicePolicy) -> ServicePolicy:
    """Collect the choices of a scenario; `server` has what it leaves open."""
    settings, generate = scenario.settings, scenario.generate
    status = settings.error_status
    return ServicePolicy(
        time_zone=settings.time_zone,
        error_status=status if isinstance(status, int) else server.error_status,
        error_statuses=() if isinstance(status, int) or status is None else tuple(_flat(status)),
        codes=tuple(sorted(settings.codes.items())),
        error_body=settings.error_body,
        error_message=settings.error_message,
        check_order=settings.check_order,
        response_headers=tuple(settings.response_headers.items()),
        accept_numbers=settings.numbers == "accept",
        refuse_unknown=settings.unknown_fields == "refuse",
        refuse_empty=settings.empty_fields == "refuse",
        refuse_long_ids=settings.long_ids == "refuse",
        refuse_content_type=settings.content_type == "refuse",
        refuse_reversed_times=settings.reversed_times == "refuse",
        loose_page_numbers=settings.page_numbers == "loose",
        past_end=settings.past_end,
        selectors=settings.selectors,
        time_bounds=settings.time_bounds,
        hint_zones=likely_zones(generate.locale if generate else "", settings.time_zone_name),
        has_sessions=scenario.tenant.flow_record and (bool(scenario.records) or generate is not None),
        sound=_sound(scenario.recordings),
        recordings_late=scenario.recordings.late,
    )


def _sound(recordings: RecordingsSpec) -> SoundSource:
    made = MadeSound(recordings.channels, recordings.speech)
    return made if recordings.folder is None else FolderSound(recordings.files, made)


def _flat(status: Mapping[str, int | Mapping[str, int]]) -> Iterable[tuple[str, int]]:
    """List statuses by name; those of a kind in an operation under both names, joined by a dot."""
    for name, given in status.items():
        if isinstance(given, int):
            yield name, given
        else:
            yield from ((f"{name}.{kind}", each) for kind, each in given.items())


NO_SESSIONS = LiteralSessions((), world="", tenant="")


def arranged(sessions: Sessions, scenario: Scenario) -> Sessions:
    """Arrange sessions as queries find them; without such settings they stay the same object."""
    settings = scenario.settings
    if not scenario.tenant.flow_record:
        # Guess: [flow-record] disabled means success with nothing; a system without it would settle it.
        return NO_SESSIONS
    if settings.time_bounds.field == "endTime":
        sessions = _by_end(sessions)
    return OldestFirst(sessions) if settings.order == "oldest" else sessions


def _by_end(sessions: Sessions) -> Sessions:
    if isinstance(sessions, MergedSessions):
        return MergedByEnd(SessionsByEnd(sessions.literal, None), SessionsByEnd(sessions.generated, LONGEST))
    return SessionsByEnd(sessions, None if isinstance(sessions, LiteralSessions) else LONGEST)
