"""One rule of a scenario: what it is about, when it fires, and what it does then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import Lasting, Limits, StateTimes, Value
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.conditions.counted_fields import Reader, reader, readers, text_of
from oifde_simulator.rules.conditions.daily_window import DailyWindow
from oifde_simulator.rules.conditions.matching import Matcher
from oifde_simulator.rules.conditions.triggers import Moment, Opening

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault  # slow to import, wanted only where a rule has faults


ALWAYS = Limits()
"""Limits of a rule that takes every turn it is asked for."""


class Reshape(Protocol):
    """Puts another answer in the place of one."""

    def reshape(self, response: Response, context: ActionContext, /) -> Response:
        """The other answer; raises NotApplicable where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Action:
    """What a rule does when it fires; the one that does nothing is honest."""

    reshapes: Sequence[Reshape] = ()
    faults: Sequence[Fault] = ()
    """What happens to the wire, in order."""
    token: str = ""
    """`expire` or `revoke` the token of the request, or the one just issued; empty for neither."""


NO_ACTIONS: Sequence[tuple[Action, float]] = ((Action(), 1.0),)
"""Outcomes of a rule that does nothing to the answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a scenario."""

    name: str
    matcher: Matcher
    window: Opening | None = None
    limits: Limits = ALWAYS
    per: tuple[str, ...] = ()
    becomes: str | None = None
    day: DailyWindow | None = None
    """Days of the tenant's zone, where the rate is one of a day; None for any other."""
    lasts: Lasting | None = None
    """How long the state lasts in which it fires, by this rule."""
    actions: Sequence[tuple[Action, float]] = NO_ACTIONS
    """Outcomes with their weights; one of them is drawn."""
    also: bool = False
    """Whether it goes along with the rule that takes the request, and takes none itself."""
    definition: str = ""
    """Digest of the rule as it was written; rules of one name may differ."""
    added: int | None = None
    """Milliseconds after load or reset at which it was added; None for a rule of the scenario."""
    counted_by: tuple[Reader, ...] | None = field(init=False, repr=False, compare=False, default=None)
    """Readers of `per`; None where it names fields of the request alone."""
    distinct: Reader | None = field(init=False, repr=False, compare=False, default=None)
    """Reader of the values of which `after` wants so many; None without."""

    takes_all: bool = field(init=False, repr=False, compare=False, default=False)
    """Whether it takes every turn that it is asked for."""

    def __post_init__(self) -> None:
        """Make the readers."""
        object.__setattr__(self, "takes_all", self.limits == ALWAYS)
        object.__setattr__(self, "counted_by", readers(self.per))
        if self.limits.distinct is not None:
            object.__setattr__(self, "distinct", reader(self.limits.distinct.name))

    def begun(self, moment: Moment) -> int:
        """Compute since when it acts, as `elapsed` is told: its window opened, or it was added."""
        opened = self.window.opened(moment) if self.window else 0
        return opened if self.added is None else max(opened, self.added)

    def value(self, view: View) -> Value:
        """Read what `per` names of a request; what is not there is a value of its own."""
        if self.counted_by is not None:
            return tuple(text_of(read(view)) for read in self.counted_by)
        return tuple([text_of(view.request.get(field, ABSENT)) for field in self.per]) if self.per else ()

    def limits_at(self, now: int) -> Limits:
        """Tell the limits at an instant (epoch milliseconds): a rate of a day is that of this very day."""
        if self.day is None or self.limits.over is None:
            return self.limits
        begun, ends, _ = self.day.around(now)
        return replace(self.limits, over=replace(self.limits.over, window=ends - begun, until=ends))

    @property
    def only_lasts(self) -> bool:
        """Whether it only says how long a state lasts: it is never asked."""
        return self.lasts is not None and self.becomes is None and self.actions == NO_ACTIONS

    @property
    def head_only(self) -> bool:
        """Whether all that it does is in the head of the answer: it has no faults."""
        return not any(action.faults for action, weight in self.actions if weight)

    @property
    def ends_tokens(self) -> bool:
        """Whether an outcome ends a token."""
        return any(action.token for action, _ in self.actions)


def state_times(rules: Sequence[Rule], since: int) -> StateTimes | None:
    """Collect how long states last, each by the first rule that says so; None where none does."""
    lasting: dict[str, Lasting] = {}
    for rule in rules:
        if rule.lasts is not None and rule.limits.state_is is not None:
            lasting.setdefault(rule.limits.state_is, rule.lasts)
    return StateTimes(since, lasting) if lasting else None
