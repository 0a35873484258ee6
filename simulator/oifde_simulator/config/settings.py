"""The settings of one server, in the order in which the help lists them.

Rule: one table, and nothing else.
"""

from __future__ import annotations

import os
from pathlib import Path

from oifde_simulator.advertised_urls import advertised_url
from oifde_simulator.config.declaration import MEMORY, key_prefix, named_scenario, option, state_address
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.quantities import (
    bearer_token,
    byte_count,
    count,
    duration,
    flag,
    http_status,
    one_of,
    port_number,
    worker_count,
)
from oifde_simulator.text import normal
from oifde_simulator.tls_faults import FAULTS, FaultPort, fault_port

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one server."""

    scenarios: tuple[Path, ...] = option(
        (),
        "a scenario file, or a folder of them and its subfolders; replaces bundled tenants of the same id",
        read=Path,
        word="PATH",
        separator=os.pathsep,
    )
    no_bundled: bool = option(False, "leave the bundled scenarios out", read=flag)
    population: str | None = option(
        None,
        "the call sessions of every scenario, in place of its own: full, none, or those of a file",
        word="FILE|full|none",
    )
    watch: bool = option(
        False, "follow the files of --scenarios: what changes is served within a moment", read=flag
    )
    tenant: tuple[tuple[str, str], ...] = option(
        (),
        "serve a scenario under another tenant id too",
        read=named_scenario,
        word="ID=SCENARIO",
        separator=",",
    )
    tenantless: str | None = option(
        None,
        "the tenant whose rules and journal have the requests that name none, such as preflights",
        read=normal,
        word="ID",
    )
    settings_from: str | None = option(
        None,
        "the tenant whose settings (codes, statuses, headers and so on) hold where no tenant is known",
        word="ID",
    )
    recordings_tenant: str | None = option(
        None,
        "the tenant that answers downloads of recordings whose access key is no tenant's",
        read=normal,
        word="ID",
    )
    any_credentials: bool = option(
        False, "accept every secret and every token that is not empty, for every tenant there is", read=flag
    )
    host: str = option(
        "127.0.0.1",
        "where the vendor's interface listens; 127.0.0.1 and localhost mean ::1 too",
        word="ADDRESS",
    )
    port: int = option(8443, "its port; 0 picks a free one", read=port_number, word="PORT")
    recordings_port: int | None = option(
        None,
        "a second port, for downloads of recordings alone, which are another host's in the field; "
        "--port goes on answering them; 0 picks a free one",
        read=port_number,
        word="PORT",
    )
    advertise: str | None = option(
        None,
        "where clients reach the vendor's port, such as https://vendor.example: what is told in place of its "
        "own URL; port 0 in it is the one that is listened on",
        read=advertised_url,
        word="URL",
    )
    advertise_recordings: str | None = option(
        None,
        "where clients reach the port of --recordings-port, in the same way; without it they are told the "
        "host of --advertise and the port's own number",
        read=advertised_url,
        word="URL",
    )
    tls: str = option(
        "auto",
        "auto makes a certificate authority at start; off speaks plain HTTP",
        read=one_of("auto", "off"),
        word="auto|off",
    )
    tls_name: tuple[str, ...] = option(
        (), "a further name or IP address for the made certificate", word="NAME", separator=","
    )
    tls_dir: Path | None = option(None, "keep the made authority here across starts", read=Path, word="DIR")
    tls_cert: Path | None = option(None, "your own certificate chain (PEM) instead", read=Path, word="FILE")
    tls_key: Path | None = option(None, "its private key (PEM)", read=Path, word="FILE")
    tls_cert_invalid_ok: bool = option(
        False, "serve --tls-cert even if it has expired, to test that clients refuse it", read=flag
    )
    tls_any_certificate: bool = option(False, "", read=flag)  # the older name of the one above
    client_ca: Path | None = option(
        None,
        "ask clients for a certificate, and take those of these authorities (PEM)",
        read=Path,
        word="FILE",
    )
    client_cert: str | None = option(
        None,
        "require refuses clients without a certificate, request serves them too; without --client-ca "
        "those of /client.pem are taken",
        read=one_of("require", "request"),
        word="require|request",
    )
    tls_fault: tuple[FaultPort, ...] = option(
        (),
        f"a further port with TLS that is broken on purpose, {', '.join(FAULTS[:-1])} or {FAULTS[-1]} "
        "(docs/tls.md); 0 picks a free one",
        read=fault_port,
        word="FAULT=PORT",
        separator=",",
    )
    control_host: str = option(
        "127.0.0.1", "where the control plane listens; 127.0.0.1 and localhost mean ::1 too", word="ADDRESS"
    )
    control_port: int = option(8444, "its port; 0 picks a free one", read=port_number, word="PORT")
    advertise_control: str | None = option(
        None, "where others reach the control plane, in the same way", read=advertised_url, word="URL"
    )
    control_token: str | None = option(
        None,
        "what it wants as a bearer token; without one, one is made and printed where ADDRESS is not "
        "loopback, or --advertise-control names another machine",
        read=bearer_token,
        word="TOKEN",
    )
    console: str = option(
        "on",
        "on or off: whether the control plane has a page for browsers, at /",
        read=one_of("on", "off"),
        word="on|off",
    )
    open: bool = option(False, "open the console's page in a browser once both planes listen", read=flag)
    workers: int = option(
        1,
        "processes that serve the ports together (Linux; docs/scaling.md); SIGHUP replaces them one by one",
        read=worker_count,
        word="NUMBER",
    )
    seed: str = option("0", "what tokens, and all else that looks random, depend on", word="TEXT")
    # Guess: [limits] size and deadlines are documented nowhere; probing a real system would settle it.
    max_body: int = option(
        1 << 20, "the largest request body in bytes, after decompression", read=byte_count, word="BYTES"
    )
    bad_json_status: int = option(
        400, "the HTTP status that answers a body that is not JSON", read=http_status, word="STATUS"
    )
    error_status: int = option(
        200, "the HTTP status of the vendor's error answers", read=http_status, word="STATUS"
    )
    repeated_slashes: str = option(
        "refuse",
        "refuse or accept: whether // in a path of the vendor's is read as /",
        read=one_of("refuse", "accept"),
        word="refuse|accept",
    )
    trailing_slash: str = option(
        "refuse",
        "refuse or accept: whether a slash at the end of its path is left out",
        read=one_of("refuse", "accept"),
        word="refuse|accept",
    )
    byte_order_mark: str = option(
        "refuse",
        "refuse or accept: whether a body may begin with a byte order mark",
        read=one_of("refuse", "accept"),
        word="refuse|accept",
    )
    charset: str = option(
        "utf-8",
        "utf-8, or declared: read bodies in the charset that their Content-Type names, such as GBK",
        read=one_of("utf-8", "declared"),
        word="utf-8|declared",
    )
    idle_timeout: float = option(
        75.0, "how long a connection may go without a whole request head", read=duration, word="DURATION"
    )
    body_timeout: float = option(
        30.0, "how long a request body may take to come", read=duration, word="DURATION"
    )
    write_timeout: float = option(
        60.0, "how long a client may leave an answer unread", read=duration, word="DURATION"
    )
    max_header_bytes: int = option(
        8190,
        "the longest request line and the longest header in bytes, on both planes",
        read=byte_count,
        word="BYTES",
    )
    max_headers: int = option(
        128, "headers that a request may have, on both planes", read=count, word="NUMBER"
    )
    max_waiting: int = option(
        1000, "connections that may be held by faults at once", read=count, word="NUMBER"
    )
    journal_exchanges: int = option(
        10_000, "exchanges of one tenant that the journal keeps", read=count, word="NUMBER"
    )
    journal_tenant_bytes: int = option(16 << 20, "memory that they may take", read=byte_count, word="BYTES")
    journal_bytes: int = option(
        128 << 20, "memory that the journal may take in all", read=byte_count, word="BYTES"
    )
    ready_file: Path | None = option(
        None,
        "gets one JSON object {data, control, console, pid} once both planes listen; removed at exit",
        read=Path,
        word="PATH",
    )
    fail_on_unused: bool = option(
        False,
        "at the end, say which rules of yours, not bundled, never fired; exit with 3 where there are any",
        read=flag,
    )
    until_eof: bool = option(
        False, "stop when standard input ends, as it does when whoever started this is gone", read=flag
    )
    state: str = option(
        MEMORY,
        "where all that requests change is kept: memory, or a Valkey or Redis server for several replicas",
        read=state_address,
        word="memory|URL",
    )
    state_prefix: str = option(
        "oifde:",
        "what the names of all keys there begin with: simulators with another prefix never meet",
        read=key_prefix,
        word="TEXT",
    )
    state_fresh: bool = option(
        False, "begin with an empty store; refused while another replica lives there", read=flag
    )
    log_level: str | None = option(
        None,
        "info says a line an exchange; default: info on a terminal, else warning, "
        "which tells no spoiled answer",
        read=one_of(*LOG_LEVELS),
        word="LEVEL",
    )
    log_format: str | None = option(
        None,
        "json says a line as an object; default: json for info and debug off a terminal, else text",
        read=one_of(*LOG_FORMATS),
        word="text|json",
    )
    log_file: Path | None = option(
        None,
        "append the log to this file, not to standard error; it may be moved away: the next line "
        "makes a new file",
        read=Path,
        word="PATH",
    )
    quiet: bool = option(
        False,
        "print nothing at the start but a made token, and log errors only unless --log-level says more",
        read=flag,
    )
