"""Handlers that answer questions about the journal."""

from oifde_simulator.web.control_plane.context import RouteTable
from oifde_simulator.web.control_plane.routes.journal.entries import (
    forget_exchanges,
    list_exchanges,
    read_bodies,
    read_exchange,
)
from oifde_simulator.web.control_plane.routes.journal.events import follow_exchanges
from oifde_simulator.web.control_plane.routes.journal.har import export_exchanges
from oifde_simulator.web.control_plane.routes.journal.wait import await_exchanges

ROUTES: RouteTable = {
    "listExchanges": list_exchanges,
    "readExchange": read_exchange,
    "readBodies": read_bodies,
    "forgetExchanges": forget_exchanges,
    "awaitExchanges": await_exchanges,
    "exportExchanges": export_exchanges,
    "followExchanges": follow_exchanges,
}
