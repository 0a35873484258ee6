"""TLS contexts whose certificate or protocol is wrong on purpose. Each is made once, when first wanted."""

from __future__ import annotations

import ssl
import warnings
from collections import Counter
from collections.abc import Callable
from functools import cached_property, partial
from threading import Lock

from oifde_simulator.text import temporary_folder_error
from oifde_simulator.tls_faults import PROTOCOL
from oifde_simulator.web.tls.context import TlsError, load_chain, openssl_reason, server_context
from oifde_simulator.web.tls.faults.certificates import FaultCertificates
from oifde_simulator.web.tls.handshakes import log as handshake_log
from oifde_simulator.web.tls.handshakes.half_close import keep_half_open
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext

ANY_STRENGTH = "DEFAULT:@SECLEVEL=0"
"""OpenSSL's ciphers with keys and digests of any strength, or it would serve no such thing itself."""
OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
FIX = "choose another fault, or a system whose OpenSSL can"


class FaultContexts:
    """Contexts of one server; any thread may ask for one."""

    def __init__(
        self,
        make_certificates: Callable[[], FaultCertificates],
        load_good: Callable[[RsaOnDemandContext], None],
        *,
        own_authority: bool,
        leaf_alone: bytes | None = None,
    ) -> None:
        """Make certificates when one is first wanted; `load_good` loads the good one into a context.

        `leaf_alone` is a user's key and certificate without its chain; None where ours is to be taken.
        """
        self.counts: Counter[str] = Counter()
        """Connections that met a fault, by its name."""
        self.prepare: Callable[[RsaOnDemandContext], None] = lambda context: None
        """Function that has each context ask clients for a certificate, where the good one does."""
        self._make_certificates = make_certificates
        self._load_good = load_good
        self._own_authority = own_authority
        self._leaf_alone = leaf_alone
        self._made: dict[str, RsaOnDemandContext] = {}
        self._lock = Lock()

    def get(self, fault: str) -> RsaOnDemandContext:
        """Find or make a context: some milliseconds, once. Raises TlsError where this system cannot."""
        with self._lock:
            if fault not in self._made:
                self._made[fault] = self._make(fault)
            return self._made[fault]

    def _make(self, fault: str) -> RsaOnDemandContext:
        context = server_context()
        context.fault = fault
        try:
            if fault in PROTOCOL:
                _make_old(context)
                self._load_good(context)
            else:
                self._load_bad(context, fault)
        except TlsError:
            raise
        except (ssl.SSLError, ValueError) as error:
            found = openssl_reason(error)
            raise TlsError(f"TLS fault {fault}", "an OpenSSL that serves it", found, FIX) from error
        except OSError as error:
            raise TlsError(*temporary_folder_error(error)) from error
        handshake_log.install(context, own_authority=self._own_authority)
        keep_half_open(context)
        self.prepare(context)
        return context

    def _load_bad(self, context: RsaOnDemandContext, fault: str) -> None:
        if fault == "incomplete-chain" and self._leaf_alone is not None:
            load_chain(context, self._leaf_alone)
            return
        if fault == "weak-key":
            context.set_ciphers(ANY_STRENGTH)
        make = partial(self._certificates.make, fault)
        load_chain(context, make())
        if fault != "weak-key":  # which is RSA already
            context.load_rsa = lambda: load_chain(context, make(rsa=True))

    @cached_property
    def _certificates(self) -> FaultCertificates:
        return self._make_certificates()


def _make_old(context: ssl.SSLContext) -> None:
    context.set_ciphers(ANY_STRENGTH)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        context.minimum_version, context.maximum_version = OLD
