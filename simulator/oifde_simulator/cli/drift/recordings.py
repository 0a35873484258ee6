"""Read where recordings are downloaded, and by which account."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from oifde_simulator.cli.target_options import Account
from oifde_simulator.drift.downloads import AccessKey
from oifde_simulator.vendor_client import Target, TargetError
from oifde_simulator.vendor_client.credentials import AUTHORIZATION, authorization, secret_key


@dataclass(frozen=True)
class RecordingsAccount:
    """A target of downloads and the account by which it is asked."""

    target: Target
    key: AccessKey

    @property
    def host(self) -> str:
        """Host as requests name it, without the port that goes without saying."""
        parts = urlsplit(self.target.url)
        port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
        name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{name}{port}"


PORTS = {"http": 80, "https": 443}


def recordings_account(
    options: argparse.Namespace, account: Account, environment: Mapping[str, str]
) -> RecordingsAccount:
    """Read the account of downloads; without a key they are asked without one. Raises ValueError."""
    url = (options.recordings_target or environment.get("OIFDE_RECORDINGS_TARGET", "")).strip()
    key = (options.access_key or environment.get("OIFDE_ACCESS_KEY", "")).strip()
    if key and not (key.isascii() and key.isprintable()):
        raise ValueError("expected an --access-key of visible ASCII characters")
    secret = secret_key(options.secret_key_file, environment) if key else ""
    header = authorization(environment) if environment.get(AUTHORIZATION, "").strip() else ""
    try:
        target = replace(account.target, url=url) if url else account.target
    except TargetError as error:
        raise ValueError(f"--recordings-target: {error}") from None
    return RecordingsAccount(target, AccessKey(key, secret, header))
