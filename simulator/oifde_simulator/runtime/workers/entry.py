"""First steps of a worker process: hear what is to be done, give signs of life, load the server."""

from __future__ import annotations

import gc
from socket import socket

from oifde_simulator.runtime.imports import deferred_package
from oifde_simulator.runtime.workers.supervisor_link import SupervisorLink, end_with


def main(descriptor: int) -> int:
    """Serve until the supervisor at the other end of a pair of sockets says otherwise; the exit code."""
    link = SupervisorLink(socket(fileno=descriptor))
    task = link.first()
    end_with(task["supervisor"])
    link.start()
    gc.disable()  # starting makes little garbage and many objects
    deferred_package.defer("aiohttp")
    from oifde_simulator.runtime.workers import worker

    return worker.serve_until_told(link, task)
