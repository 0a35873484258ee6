"""The lines that `serve` prints at its start: its URLs, its tenants, and commands to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from oifde_simulator import __version__
from oifde_simulator.config import Settings
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator
from oifde_simulator.population.completion import found_by
from oifde_simulator.population.vocabulary import faker_version
from oifde_simulator.runtime.curl_lines import OWN_AUTHORITY, CurlLines, ShownCertificate
from oifde_simulator.runtime.first_lines import token_line
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.tokens import accepted_token
from oifde_simulator.text import printable
from oifde_simulator.tls_faults import MEANINGS
from oifde_simulator.urls import address

TENANT_LIMIT = 40
"""Most tenants of the user's own in the table."""
PORTS = {"data": "data plane", "recordings": "recordings", "control": "control plane"}
"""Words for the ports that are listened on."""
WIDTH = 100
"""Longest line in characters."""
TRIED = [str(18_000_000_001 + number) for number in range(30)]
"""Numbers of which one has sessions in nearly every population."""
EXAMPLE = "tenant001"
"""Bundled tenant that is always in the table."""


async def banner(
    tenants: Tenants,
    settings: Settings,
    *,
    data_url: str,
    control_url: str,
    recordings_url: str = "",
    tls_faults: Sequence[tuple[str, str]] = (),
    authority: bool,
    console_url: str = "",
    token: str | None = None,
    certificate: ShownCertificate | None = None,
    listening: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write the lines that `serve` prints.

    `recordings_url` has a line where it is another one than `data_url`, and so has each of `tls_faults`.
    `authority` is true for a certificate of our own authority. `console_url` is empty without a console.
    `token` is the control plane's token if it was made at this start. `certificate` is what clients have to
    show; None where they need none. `listening` has the URLs on this machine.
    """
    own = own_tenants(tenants, settings)
    other_port = recordings_url not in ("", data_url)
    told = {"data": data_url, "recordings": recordings_url, "control": control_url}
    curl = CurlLines(data_url, control_url if authority else "", certificate, _own_authority(settings))
    lines = [
        f"oifde-simulator {__version__}",
        f"  data plane     {data_url}   (the vendor's port: what clients call)",
        *([f"  recordings     {recordings_url}   (downloads alone)"] if other_port else []),
        *(f"  tls fault      {url}   ({fault}: {MEANINGS[fault]})" for fault, url in tls_faults),
        f"  control plane  {control_url}   (our own port{': trust its /ca.pem' if authority else ''})",
        *(
            [f"  console        {console_url}   (a page for browsers: what was asked and sent)"]
            if console_url
            else []
        ),
        *_listening(settings, listening, told),
        *([token_line(token)] if token else []),
        _generator(tenants),
        *_watching(settings),
        "",
        *_table(tenants, own),
        "",
        *await _commands(tenants, own, curl),
        "",
    ]
    return "\n".join(lines)


def _own_authority(settings: Settings) -> str:
    """Name the authority of a certificate of the user's own that is good for the URL that is told."""
    good = settings.tls_cert and not (settings.tls_cert_invalid_ok or settings.tls_any_certificate)
    return OWN_AUTHORITY if good and settings.advertise else ""


def _listening(settings: Settings, own: Mapping[str, str], told: Mapping[str, str]) -> Iterator[str]:
    """Write a line of the addresses that are listened on, where the URLs that are told have other ones."""
    found = {
        port: address(settings.control_host if port == "control" else settings.host, url)
        for port, url in own.items()
    }
    others = [
        f"{each} ({PORTS[port]})" for port, each in found.items() if each != urlsplit(told[port]).netloc
    ]
    if others:
        yield f"  listening on   {', '.join(others)}"


async def _commands(tenants: Tenants, own: Mapping[str, str], curl: CurlLines) -> list[str]:
    """Write the commands to paste, about the first tenant; there may be none yet where files are watched."""
    if not tenants.files:
        return ["There is no tenant yet: the first scenario file makes one."]
    name = _example(tenants, own)
    scenario = tenants.files[name]
    user, secret = await _user(tenants, name, scenario), scenario.tenant.secret
    return [
        "Try it:",
        f"  {curl.with_token(name, user, await accepted_token(tenants, name))}",
        f"Or fetch a token first, with the secret {printable(secret)}:",
        f"  {curl.with_secret(name, user, secret)}",
    ]


async def _user(tenants: Tenants, name: str, scenario: Scenario) -> str:
    """Choose a user that has sessions: one that the scenario names, or else one of its population."""
    for record in scenario.records[:1]:
        return found_by(record)[0]
    exact = scenario.generate.users if scenario.generate else {}
    if named := next((number for number, sessions in exact.items() if sessions), None):
        return named
    for number in TRIED if scenario.generate else ():
        if await tenants.select(name, Criteria(user=number)):
            return number
    return TRIED[0]


def own_tenants(tenants: Tenants, settings: Settings) -> Mapping[str, str]:
    """Map the ids of tenants from `--scenarios` and `--tenant` to their labels."""
    files = [printable(path) for path in finding.find(settings.scenarios).files]
    aliases = {tenant: f"{tenant} = {name}" for tenant, name in settings.tenant if tenant in tenants.files}
    read = tenants.files.read().items()
    by_file = {scenario.origin: name for name, scenario in read if name not in aliases}
    return {by_file[file]: by_file[file] for file in files if file in by_file} | aliases


def _generator(tenants: Tenants) -> str:
    words = f"version {generator.VERSION}, Faker {faker_version()}, seed {tenants.seed}"
    return f"  generator      {words}"


def _watching(settings: Settings) -> Iterator[str]:
    if settings.watch:
        yield f"  watching       {', '.join(map(printable, settings.scenarios))}"


def _table(tenants: Tenants, own: Mapping[str, str]) -> Iterator[str]:
    """Write a line for each of the user's own tenants and for the example, then the names of the others."""
    example = {} if EXAMPLE in own or EXAMPLE not in tenants.files else {EXAMPLE: EXAMPLE}
    labels = dict([*own.items()][:TENANT_LIMIT]) | example
    width = max(map(len, labels.values()), default=0)
    for name, label in labels.items():
        line = f"  {label:{width}}  {tenants.files[name].summary}"
        yield line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
    names = ", ".join(sorted(name for name in tenants.files if name not in labels))
    yield from (f"  {line}" for line in textwrap.wrap(names, WIDTH - 2, break_on_hyphens=False))


def _example(tenants: Tenants, own: Mapping[str, str]) -> str:
    return next(iter(own), EXAMPLE if EXAMPLE in tenants.files else next(iter(tenants.files)))
