"""`rows`: mistakes of a service whose records arrive, vanish and are counted while a client pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Response
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.action import ActionContext, NotApplicable


@dataclass(frozen=True, slots=True)
class Rows:
    """Changes of the records and the total on a page."""

    repeat: int = 0
    """Number of records of the page before that come again at the top of this one."""
    skip: int = 0
    """Number of records missing at the top of this page; the first page misses none."""
    shift: int = 0
    """Number of records that seem to arrive after the first page, so that later pages repeat records."""
    late: int = 0
    """Age at which a record can first be found, in milliseconds."""
    total: int = 0
    """Error of the total."""
    wander: int = 0
    """Greatest random error of the total, drawn anew for each answer."""
    shuffle: bool = False
    """Random order of the records on a page."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rows:
        """Build from the mapping that a scenario writes."""
        late = {"late": milliseconds(given["late"])} if "late" in given else {}
        settings: dict[str, Any] = {**given, **late}
        return cls(**settings)

    def reshape(self, _response: Response, context: ActionContext) -> Response:
        """Render the honest answer with other records and another total."""
        honest = context.honest
        if honest.page is None or honest.render is None:
            raise NotApplicable("rows: this answer has no records")
        selection = self._arrived(honest.selection, context.now)
        page = list(self._page(selection, honest.page))
        if self.shuffle:
            page.sort(key=lambda session: context.random.unit())
        total = self._total(len(selection), context, honest.page)
        return honest.render([session.encoded for session in page], total)

    def _arrived(self, selection: Sequence[CallSession], now: int) -> Sequence[CallSession]:
        if not self.late:
            return selection
        return [session for session in selection if session.start <= now - self.late]

    def _page(self, selection: Sequence[CallSession], page: slice) -> Sequence[CallSession]:
        first, stop = page.start, page.stop
        if first == 0:
            return selection[page]
        first, stop = max(0, first - self.shift), max(0, stop - self.shift)
        if repeat := min(self.repeat, stop - first):
            return [*selection[max(0, first - repeat) : first], *selection[first : stop - repeat]]
        return selection[first + self.skip : stop]

    def _total(self, honest: int, context: ActionContext, page: slice) -> int:
        wandered = context.random.between(-self.wander, self.wander) if self.wander else 0
        arrived = self.shift if page.start else 0
        return max(0, honest + arrived + self.total + wandered)
