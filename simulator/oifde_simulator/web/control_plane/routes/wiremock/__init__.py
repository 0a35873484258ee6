"""Handlers of WireMock's admin API, as far as it is spoken here."""

from oifde_simulator.web.control_plane.routes.wiremock.operations import ROUTES

__all__ = ["ROUTES"]
