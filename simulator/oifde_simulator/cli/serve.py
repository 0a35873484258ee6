"""`oifde-simulator serve`: serve scenarios until a signal or the end of input."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING

from oifde_simulator.advertised_urls import host_of
from oifde_simulator.cli.parser import add_settings
from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import unused_options
from oifde_simulator.config.declaration import MEMORY
from oifde_simulator.config.reading import environment_name, read_settings, unknown_variables
from oifde_simulator.runtime import ready_file
from oifde_simulator.runtime.imports import deferred_package, package_finder

if TYPE_CHECKING:
    from oifde_simulator.web.tls.certificates.authority_process import AuthorityProcess


def add_arguments(parser: argparse.ArgumentParser, *, free_ports: Collection[str] = ()) -> None:
    """Add an option for every setting."""
    declared = fields(Settings)
    parser.epilog = f"Every option has an environment variable, such as {environment_name(declared[0])}."
    add_settings(parser, [setting.name for setting in declared], free_ports=free_ports)


def execute(options: argparse.Namespace) -> int:
    """Serve until told to stop and return the exit code."""
    package_finder.install()
    gc.disable()  # starting makes little garbage and many objects; the server turns it on again
    chosen = read_settings(vars(options), os.environ)
    ready_file.remove_old(
        ready_file.paths(chosen, os.environ)
    )  # before the slow imports: nobody shall take it for ours
    for complaint in (unknown_variables(os.environ), unused_options(chosen)):
        if complaint and not chosen.quiet:
            print(f"oifde-simulator serve: {complaint}", file=sys.stderr)
    if chosen.workers > 1:
        return _serve_by_workers(chosen)
    authority = _begin_authority(chosen)
    try:
        deferred_package.defer("aiohttp")
        from oifde_simulator.runtime import serve

        return serve.serve(chosen, sys.stdout, authority)
    finally:
        if authority:
            authority.close()


def _begin_authority(chosen: Settings) -> AuthorityProcess | None:
    """Have another process make the certificate authority, where one is made for this start alone."""
    if chosen.tls == "off" or chosen.tls_dir or chosen.tls_cert or chosen.tls_key or chosen.state != MEMORY:
        return None
    from oifde_simulator.web.tls.certificates.authority_process import begin

    told = (host_of(chosen.advertise), host_of(chosen.advertise_recordings))
    return begin(chosen.tls_name, chosen.host, *told)


def _serve_by_workers(chosen: Settings) -> int:
    gc.enable()
    from oifde_simulator.runtime.workers.serve import serve

    return serve(chosen, sys.stdout)
