"""A TLS server that says nothing, for `handshakes.py`: our acceptor, or the event loop's own server.

Rule: all kinds have one certificate, one protocol and one kind of context but for what ours adds to it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import ssl
from functools import partial
from pathlib import Path

import uvloop

from oifde_simulator.web.tls.acceptor import TlsAcceptor
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.handshakes.half_close import keep_half_open
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext
from oifde_simulator.web.tls.served import ServedTls

BACKLOG = 4096
SECONDS = 60.0
KINDS = ("acceptor", "plain", "uvloop", "asyncio")


async def serve(kind: str, ready: Path) -> None:
    context = tls_from_authority([], None, host="127.0.0.1").context
    bound = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    assert isinstance(context, RsaOnDemandContext)
    if kind == "acceptor":
        keep_half_open(context)
    else:
        context.load_rsa, context.choose, context.sslobject_class = None, None, ssl.SSLObject
    if kind in ("acceptor", "plain"):
        handshakes: set[asyncio.Task[None]] = set()
        tls = partial(ServedTls, context)
        acceptor = TlsAcceptor(bound, asyncio.Protocol, tls, seconds=SECONDS, handshakes=handshakes)
        acceptor.start(BACKLOG)
    else:
        await asyncio.get_running_loop().create_server(
            asyncio.Protocol, sock=bound, ssl=context, backlog=BACKLOG, ssl_handshake_timeout=SECONDS
        )
    draft = ready.with_suffix(".draft")
    draft.write_text(json.dumps({"data": f"https://127.0.0.1:{bound.getsockname()[1]}", "pid": os.getpid()}))
    draft.rename(ready)
    await asyncio.Event().wait()


def main() -> None:
    options = argparse.ArgumentParser(description="A TLS server that says nothing.")
    options.add_argument("kind", choices=KINDS)
    options.add_argument("--port", type=int, default=0, help="ignored; any free one")
    options.add_argument("--ready-file", type=Path, required=True)
    chosen = options.parse_args()
    factory = asyncio.new_event_loop if chosen.kind == "asyncio" else uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(chosen.kind, chosen.ready_file))


if __name__ == "__main__":
    main()
