"""A scenario as values.

The default of each key is stated once: here, or in the room that owns the key. The schema for editors repeats
it, and a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from oifde_simulator.clock import InitialClock
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.oifde.policy.time_bounds import TimeBounds
from oifde_simulator.population.arrivals.contacts import PER_QUARTER

if TYPE_CHECKING:
    from oifde_simulator.population.recordings.folder import FileOctets
    from oifde_simulator.rules.rule import Rule
    from oifde_simulator.scenario.files.finding import FileStamp

MET = "Met by "
"""Beginning of the paragraph of a description that says which request meets the failure."""
Record = Mapping[str, Any]
"""A literal session record in wire names, as given; a query finds it by `userMobile`, which is not sent."""


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """Credentials of a tenant, and the vendor's switches."""

    id: str
    secret: str = "secret"  # noqa: S105  the documented default of a simulator
    tokens: tuple[str, ...] = ()
    """Fixed tokens, accepted beside issued ones."""
    any_token: bool = False
    """True to accept each token that is not empty."""
    token_lifetime: int = 3600
    """Validity of an issued token in seconds."""
    single_token: bool = False
    """True if a second gettoken ends the first token."""
    token_uses: int | None = None
    """Number of queries for which a token is good; None for any number."""
    lock_after: int | None = None
    """Number of wrong secrets in a row after which the account is locked; None for never."""
    flow_record: bool = True
    """The vendor's FLOWRECORDFLAG; queries find nothing while it is off."""
    access_keys: Mapping[str, str] = field(default_factory=dict)
    """Secret keys by access key; empty accepts any `Authorization` that names the tenant."""


@dataclass(frozen=True, slots=True)
class RecordingsSpec:
    """Sound of the recordings that a client downloads."""

    channels: Literal[1, 2] = 1
    """1 for user and system on one channel, 2 for a channel each."""
    speech: bool | str = False
    """True to have words spoken where they are sent, or the language to have them spoken in."""
    late: int = 0
    """Milliseconds from the end of a call until its recording is there."""
    folder: str | None = None
    """Folder with files of the user's own, as the scenario file writes it; None for none."""
    files: Mapping[str, FileOctets] = field(default_factory=dict)
    """Files that were found there when the scenario was read."""


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """Answers to the questions that the vendor's documents leave open."""

    time_zone: tzinfo = UTC
    """Time zone of `beginTime` and `endTime`."""
    time_zone_name: str = "UTC"
    """The same time zone, as the file writes it."""
    error_status: int | Mapping[str, int | Mapping[str, int]] | None = None
    """HTTP status of an error answer, or statuses by kind and operation; None for the server's default."""
    numbers: Literal["refuse", "accept"] = "refuse"
    """Treatment of a number in a field that the vendor's table calls String."""
    unknown_fields: Literal["ignore", "refuse"] = "ignore"
    """Treatment of a field that the vendor's table does not have."""
    provenance: bool = True
    """True if a spoiled answer has the header X-Simulator-Rule."""
    codes: Mapping[str, int] = field(default_factory=dict)
    """errorCodes by kind of mistake, where they differ from the defaults."""
    error_body: Literal["full", "bare"] = "full"
    """Members of an error answer: all that tables mark mandatory, or errorCode and errorMsg alone."""
    error_message: Literal["detailed", "documented"] = "detailed"
    """Text of errorMsg: the documented words with a detail, or alone."""
    check_order: Literal["credential", "parameters"] = "credential"
    """Check that comes first."""
    response_headers: Mapping[str, str | None] = field(default_factory=dict)
    """Headers that are added to each honest answer; None takes one away."""
    past_end: Literal["empty", "last", "zero-total", "error"] = "empty"
    """Answer to a page past the end."""
    order: Literal["newest", "oldest"] = "newest"
    """Sessions that come first."""
    time_bounds: TimeBounds = TimeBounds()
    selectors: Literal["all", "first", "call-first"] = "all"
    """Which of the number and the two IDs must hold where several are sent."""
    reversed_times: Literal["refuse", "empty"] = "refuse"
    """Answer to a beginTime after its endTime."""
    empty_fields: Literal["ignore", "refuse"] = "ignore"
    """Treatment of null and an empty text in an optional field."""
    long_ids: Literal["ignore", "refuse"] = "ignore"
    """Treatment of an ID that is longer than documented."""
    content_type: Literal["ignore", "refuse"] = "ignore"
    """Treatment of a Content-Type that is wrong or missing."""
    page_numbers: Literal["strict", "loose"] = "strict"
    """Form of page numbers."""


@dataclass(frozen=True, slots=True)
class GenerateSpec:
    """Settings of generated sessions."""

    seed: str | None = None
    """Seed of the history; None for the server's."""
    locale: str = "en_US"
    days: int = 90
    """Days of retention."""
    time_zone: tzinfo | None = None
    """Time zone of the users' days; None for that of the locale."""
    per_quarter: float = PER_QUARTER
    """Sessions of a user in 90 days, on average over all users: many have few, a few have many."""
    per_day: float | None = None
    """Sessions of a user in a day, on average over all users; None for `per_quarter`."""
    mix: Mapping[str, float] | None = None
    """Weights of the dialog types by name; None for the population's own."""
    oddities: Mapping[str, float] = field(default_factory=dict)
    """Rates of oddities by name, 0 to 1, where they differ from the population's own."""
    users: Mapping[str, int] = field(default_factory=dict)
    """Exact numbers of sessions by user number."""

    @property
    def anybody(self) -> bool:
        """Check that also numbers which `users` does not name may have sessions."""
        return (self.per_quarter if self.per_day is None else self.per_day) > 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One tenant's world."""

    origin: str
    """Name of the file or request that the scenario was read from."""
    tenant: TenantSpec
    description: str = ""
    settings: SettingsSpec = SettingsSpec()
    clock: InitialClock = InitialClock()
    """The tenant's clock, as it begins at load or reset."""
    records: tuple[Record, ...] = ()
    derive: bool = True
    """True if what records leave out is derived; False to send them as they stand."""
    generate: GenerateSpec | None = None
    """Settings of generated sessions; None for no such sessions."""
    recordings: RecordingsSpec = RecordingsSpec()
    rules: tuple[Rule, ...] = ()
    """Rules in the order in which they are asked."""
    answer_files: Mapping[Path, FileStamp] = field(default_factory=dict)
    """Files that answers of rules were read from, as they were then."""
    weight: int = 0
    """Bytes of memory that a scenario which came along is charged with; 0 for a file."""
    values: int = field(default=0, compare=False)
    """Number of JSON values in its text, members and items of lists; 0 where nobody counted."""
    warnings: tuple[str, ...] = ()
    """Lines about parts of the file that are allowed, and yet unlikely to be meant."""

    @property
    def id(self) -> str:
        """The tenant id in the file."""
        return self.tenant.id

    @property
    def met(self) -> str:
        """Paragraph of the description that says which request meets the failure; empty without one."""
        lines = (line.strip() for line in self.description.splitlines())
        return next((line for line in lines if line.startswith(MET)), "")

    @property
    def summary(self) -> str:
        """First sentence of the description."""
        text = " ".join(self.description.split())
        return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0] or "(no description)"
