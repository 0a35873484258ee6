"""Options of commands that ask a real service: where it is, who asks, how often, and whom TLS trusts."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.quantities import count, duration

if TYPE_CHECKING:
    from oifde_simulator.vendor_client import Target

RATE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)/(s|m|h)")
SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Account:
    """A target and the account by which it is asked."""

    target: Target
    app_key: str = field(repr=False)


def add_account(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the service is and who asks."""
    parser.allow_abbrev = False  # `--secret X` must not name the secret as a file
    add = parser.add_argument
    add("--target", metavar="URL", help="the service, such as https://10.0.0.1:28443; or OIFDE_TARGET")
    add("--tenant", metavar="ID", help="the tenantId of queries; or OIFDE_TENANT")
    add(
        "--app-key", metavar="KEY", help="the appKey of gettoken, if it is not the tenantId; or OIFDE_APP_KEY"
    )
    add("--secret-file", type=Path, metavar="FILE", help="a file with the appSecret; or OIFDE_APP_SECRET")


def add_downloads(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where recordings are downloaded, and by which account."""
    add = parser.add_argument
    host = "where recordings are, if it is not the target; or OIFDE_RECORDINGS_TARGET"
    add("--recordings-target", metavar="URL", help=host)
    add("--access-key", metavar="KEY", help="the access key of downloads; or OIFDE_ACCESS_KEY")
    secret = "a file with its secret key; or OIFDE_SECRET_KEY"  # noqa: S105  help
    add("--secret-key-file", type=Path, metavar="FILE", help=secret)


def add_manners(parser: argparse.ArgumentParser, *, requests: int | None, rate: str) -> None:
    """Add the options that bound requests; `requests` and `rate` are their defaults."""
    add = parser.add_argument
    most = f"requests that are sent at most (default: {'any number' if requests is None else requests})"
    add("--max-requests", type=count, default=requests, metavar="N", help=most)
    text = f"N/s, N/m or N/h requests (default: {rate})"
    add("--rate", type=interval, default=interval(rate), metavar="N/s", help=text)
    add("--timeout", type=duration, default=30.0, metavar="DURATION", help="for one answer (default: 30s)")


def add_tls(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whom TLS trusts, and what it shows."""
    add = parser.add_argument
    add("--ca", type=Path, metavar="FILE", help="trust these certificates (PEM) and no others")
    add("--insecure", action="store_true", help="trust any certificate; the report says so")
    add("--client-cert", type=Path, metavar="FILE", help="a certificate to show (PEM)")
    add("--client-key", type=Path, metavar="FILE", help="its private key (PEM)")


def interval(text: str) -> float:
    """Read `N/s`, `N/m` or `N/h` as the seconds between two requests."""
    found = RATE.fullmatch(text)
    if found is None or float(found[1]) == 0:
        raise argparse.ArgumentTypeError(f'expected a rate such as 1/s, 0.5/s or 30/m, found "{text}"')
    return SECONDS[found[2]] / float(found[1])


def account(options: argparse.Namespace, environment: Mapping[str, str]) -> Account:
    """Read the account; what options leave open, the environment says. Raises ValueError."""
    from oifde_simulator.vendor_client import Target, TargetError
    from oifde_simulator.vendor_client.credentials import app_secret

    def given(name: str) -> str:
        return (getattr(options, name) or environment.get(f"OIFDE_{name.upper()}", "")).strip()

    url, tenant = given("target"), given("tenant")
    _require(url, "--target URL, or OIFDE_TARGET")
    _require(tenant, "--tenant ID, or OIFDE_TENANT")
    secret = app_secret(options.secret_file, environment)
    try:
        target = Target(
            url,
            tenant,
            secret,
            ca=options.ca,
            insecure=options.insecure,
            client_certificate=options.client_cert,
            client_key=options.client_key,
            timeout=options.timeout,
        )
        target.ssl_context()
    except TargetError as error:
        raise ValueError(str(error)) from None
    return Account(target, given("app_key") or tenant)


def _require(text: str, expected: str) -> None:
    if not text:
        raise ValueError(f"expected {expected}")
