"""Opening a connection: the socket, TLS, signing in, and the choice of a database."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, NamedTuple, TypeVar

from libvalkey import ReplyError

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.address import Address, Place
from oifde_simulator.state.valkey.client.calls import ask
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.refusals import refusal

AConnection = TypeVar("AConnection", bound=Connection)


class Target(NamedTuple):
    """A store and how to connect to it."""

    address: Address
    seconds: float
    """Deadline of each step."""
    tls: ssl.SSLContext | None


def target(address: Address, seconds: float) -> Target:
    """Read the files of TLS: the system's authorities or those of `ca`, and `cert`. Raises ValueError."""
    if not address.has_tls:
        return Target(address, seconds, None)
    try:
        context = ssl.create_default_context(cafile=address.files.get("ca"))
        if certificate := address.files.get("cert"):
            context.load_cert_chain(certificate, address.files["key"])
    except OSError as error:
        names = ", ".join(f"{name}={path}" for name, path in address.files.items())
        raise ValueError(
            f"address of the store: expected PEM files that can be read, found {said(error)}: {names}"
        ) from error
    return Target(address, seconds, context)


async def dial(to: Target, place: Place | None, connection: AConnection) -> AConnection:
    """Connect to a place, or to the path of the address. Raises StoreGone."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(to.seconds):
            if place is None:
                await loop.create_unix_connection(lambda: connection, to.address.path)
            else:
                await loop.create_connection(lambda: connection, place.host, place.port, ssl=to.tls)
    except TimeoutError as error:
        raise StoreGone(f"no store at {to.address}: no connection within {to.seconds:g} s") from error
    except (OSError, ValueError) as error:
        raise StoreGone(f"no store at {to.address}: {said(error)}") from error
    return connection


async def sign_in(to: Target, connection: Connection) -> None:
    """Send user and password, if there are any. Raises StoreGone or ConnectionError."""
    user, password = to.address.user, to.address.password
    if password:
        signs = (user, password) if user else (password,)
        accept(to, await ask(connection, to.seconds, "AUTH", *signs))


async def choose_database(to: Target, connection: Connection) -> None:
    """Choose the database of the address. Raises StoreGone or ConnectionError."""
    if to.address.database:
        accept(to, await ask(connection, to.seconds, "SELECT", to.address.database))


def accept(to: Target, reply: Any) -> Any:
    """Return a reply that is no refusal. Raises StoreGone."""
    if isinstance(reply, ReplyError):
        error = refusal(str(to.address), str(reply))
        raise error if isinstance(error, StoreGone) else StoreGone(str(error))
    return reply


def said(error: Exception) -> str:
    """Say in a few words why a connection failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}; name its authority by ?ca=FILE"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
