"""What rules see of a call and its honest answer."""

from __future__ import annotations

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.view import View
from oifde_simulator.oifde.router import Call


def view(call: Call, honest: Answer) -> View:
    """Show rules the request and the honest answer."""
    fields = {**honest.fields, "status": honest.response.status}
    return View(call.endpoint, call.document, call.request.headers, fields, call.request.peer)
