"""Lines of a shell that ask a server by curl; each works when pasted, whatever a scenario has in it."""

from __future__ import annotations

import json
import shlex
from typing import NamedTuple

from oifde_simulator.oifde.operations import MAIN, OPERATIONS

HEADER = "Content-Type: application/json; charset=UTF-8"
ISSUER = next(each for each in OPERATIONS if each.issues_token)
"""Operation that gives a token for a secret."""
CONTROL_TOKEN = "OIFDE_CONTROL_TOKEN"  # noqa: S105 -- the name of a variable
"""Variable that clients take the control plane's token from."""
PLACE = "TOKEN"
"""Text that stands in a body for the value of the variable of that name."""
OWN_AUTHORITY = "YOUR-CA.pem"
"""File that stands for the authority of a certificate of the user's own."""


class ShownCertificate(NamedTuple):
    """Certificate that a client has to show."""

    file: str = "YOUR-CLIENT.pem"
    """File with it and its private key."""
    fetch: str = ""
    """Command that makes the file, with what joins it to the next; empty for a file of the user's own."""

    @classmethod
    def of_ours(cls, control_url: str, *, wants_token: bool) -> ShownCertificate:
        """Have one fetched from the control plane, which may want its token."""
        token = f'-H "Authorization: Bearer ${CONTROL_TOKEN}" ' if wants_token else ""
        return cls("oifde-client.pem", f"curl -s {token}{control_url}/client.pem -o oifde-client.pem && ")


class CurlLines:
    """Lines for one server."""

    def __init__(
        self,
        data_url: str,
        control_url: str = "",
        certificate: ShownCertificate | None = None,
        authority: str = "",
    ) -> None:
        """`control_url` is where the authority to trust is fetched; empty where there is none of ours.

        `certificate` is what the port wants to be shown; None where it wants nothing. `authority` is a file
        with the authority of the user's own certificate; empty where it is not to be verified.
        """
        self._data_url = data_url
        self._fetch = f"curl -s {control_url}/ca.pem -o oifde-ca.pem && " if control_url else ""
        file = "oifde-ca.pem" if control_url else authority
        insecure = "curl -k" if data_url.startswith("https") else "curl"
        self._curl = f"curl --cacert {file}" if file else insecure
        if certificate is not None:
            self._fetch += certificate.fetch
            self._curl += f" --cert {certificate.file}"

    def with_token(self, name: str, user: str, token: str) -> str:
        """Write a query of the tenant `name` about a user, with a token."""
        body = json.dumps(MAIN.example(name, token, user))
        return f"{self._fetch}{self._call(self._curl, MAIN.path, shlex.quote(body))}"

    def with_secret(self, name: str, user: str, secret: str) -> str:
        """Write a query with the token that the tenant's secret is given for, fetched first."""
        credentials = json.dumps(ISSUER.credentials_of(name, secret))
        fetched = self._call(f"{self._curl} -s", ISSUER.path, shlex.quote(credentials))
        read = rf"""sed 's/.*"{ISSUER.token_field}": *"\([^"]*\)".*/\1/'"""
        others = MAIN.example(name, "", user)
        others.pop(MAIN.token_field)
        before = json.dumps(others)[:-1] + f', "{MAIN.token_field}": "'
        body = f"""{shlex.quote(before)}"${PLACE}"'"}}'"""
        return f"{self._fetch}{PLACE}=$({fetched} | {read}) && {self._call(self._curl, MAIN.path, body)}"

    def _call(self, curl: str, path: str, body: str) -> str:
        return f"{curl} {self._data_url}{path} -H {shlex.quote(HEADER)} -d {body}"
