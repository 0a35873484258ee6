"""`rows`: what goes wrong with pages while records arrive, vanish and are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.model.http import Response
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.respond import NotApplicable, Scene


@dataclass(frozen=True, slots=True)
class Rows:
    """Paging chaos on the honest answer."""

    repeat: int = 0
    """So many records of the page before come again at the top of this one."""
    skip: int = 0
    """So many records at the top of this page are missing; on the first page none is."""
    shift: int = 0
    """As if so many records had arrived since the first page: every later page begins earlier."""
    late: int = 0
    """Records are not there until they are so old, in milliseconds."""
    total: int = 0
    """The total is off by so much."""
    wander: int = 0
    """The total changes from answer to answer, by up to so much."""
    shuffle: bool = False
    """The records of a page come in another order."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rows:
        """From what a scenario writes."""
        late = {"late": milliseconds(given["late"])} if "late" in given else {}
        settings: dict[str, Any] = {**given, **late}
        return cls(**settings)

    def reshape(self, response: Response, scene: Scene) -> Response:  # noqa: ARG002
        """The answer with its rows gone wrong."""
        honest = scene.honest
        if honest.page is None or honest.render is None:
            raise NotApplicable("rows: this answer has no records")
        whole = self._arrived(honest.selection, scene.now)
        page = list(self._page(whole, honest.page))
        if self.shuffle:
            page.sort(key=lambda session: scene.draw.unit())
        total = self._total(len(whole), scene, honest.page)
        return honest.render([session.encoded for session in page], total)

    def _arrived(self, selection: Sequence[CallSession], now: int) -> Sequence[CallSession]:
        if not self.late:
            return selection
        return [session for session in selection if session.start <= now - self.late]

    def _page(self, whole: Sequence[CallSession], page: slice) -> Sequence[CallSession]:
        first, stop = page.start, page.stop
        if first == 0:
            return whole[page]
        first, stop = max(0, first - self.shift), max(0, stop - self.shift)
        if repeat := min(self.repeat, stop - first):
            return [*whole[max(0, first - repeat) : first], *whole[first : stop - repeat]]
        return whole[first + self.skip : stop]

    def _total(self, honest: int, scene: Scene, page: slice) -> int:
        wandered = scene.draw.between(-self.wander, self.wander) if self.wander else 0
        arrived = self.shift if page.start else 0
        return max(0, honest + arrived + self.total + wandered)
