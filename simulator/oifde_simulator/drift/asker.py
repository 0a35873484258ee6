"""Send each request once, with a token that is fresh, and hold each answer against the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from oifde_simulator.drift.ask import SECRET, Ask, gettoken
from oifde_simulator.drift.contract_check import ContractCheck
from oifde_simulator.drift.judgement import Disturbed, NotProbed
from oifde_simulator.drift.redaction import said
from oifde_simulator.vendor_client import BudgetSpent, Reply, TargetError, Unreachable

MOST_FAILURES = 3
"""Requests in a row without an answer after which a target counts as gone."""
IN_FRONT = (418, 429, 502, 503, 504)
"""Statuses of gateways, load balancers and firewalls, where no errorCode comes with them."""
FRESH = 0.5
"""Share of its lifetime for which a token is used."""
DEFAULT_LIFETIME = 3600


class Session(Protocol):
    """What sends requests: `VendorSession`, or a simulator in this process."""

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str | None] | None = None
    ) -> Reply:
        """Send one request. Raises TargetError."""
        ...


@dataclass
class Health:
    """Whether a target still answers."""

    failures: int = 0
    """Requests in a row without an answer."""
    answers: int = 0

    @property
    def is_gone(self) -> bool:
        """Whether asking it again would be in vain."""
        return self.failures >= MOST_FAILURES or (self.failures > 0 and not self.answers)


class Asker:
    """Answers of one target, each asked for once."""

    def __init__(
        self,
        session: Session,
        *,
        app_key: str,
        secret: str,
        time: Callable[[], float],
    ) -> None:
        """`time` counts seconds, for the age of the token."""
        self.contract = ContractCheck()
        self.health = Health()
        self.app_key = app_key
        self.problem = ""
        """Why the target cannot be asked at all; empty where it can."""
        self._session = session
        self._secret = secret
        self._time = time
        self._replies: dict[Ask, Reply | Exception] = {}
        self._token = ""
        self._until = 0.0
        self.keep_private(secret)

    def beside(self, session: Session, *, same_target: bool) -> Asker:
        """Make another asker for the same run, that needs no token; `same_target` shares what is gone."""
        other = Asker(session, app_key="", secret="", time=self._time)
        other.contract = self.contract
        other.health = self.health if same_target else other.health
        return other

    async def ask(self, ask: Ask) -> Reply:
        """Answer from memory, or send. Raises NotProbed, Disturbed, TargetError."""
        if ask not in self._replies:
            self._replies[ask] = await self._outcome(ask)
        found = self._replies[ask]
        if isinstance(found, Exception):
            raise type(found)(str(found))
        return found

    async def _outcome(self, ask: Ask) -> Reply | Exception:
        """Send a request; an answer that cannot be used is remembered too, and not asked for again."""
        try:
            return await self.again(ask)
        except BudgetSpent:
            raise
        except (Disturbed, TargetError) as error:
            return error

    async def again(self, ask: Ask, token: str | None = None) -> Reply:
        """Send a request whether it was sent before or not, with another token if there is one."""
        if ask.needs_token and token is None:
            token = await self._fresh_token()
        reply = await self._send(ask, token or "")
        self.contract.check(ask, reply)
        if reply.status in IN_FRONT and reply.error_code is None and "resultCode" not in reply.fields:
            raise Disturbed(f"{said(reply)}: something in front of the service answers; is --rate too high?")
        return reply

    def keep_private(self, *texts: str | None) -> None:
        """Keep texts out of all evidence."""
        self.contract.private |= {text.casefold() for text in texts if text}

    async def token_reply(self) -> Reply:
        """Answer of the first gettoken. Raises NotProbed, TargetError."""
        return await self.ask(self._gettoken)

    async def new_token(self) -> tuple[str, str]:
        """Fetch another token and use it from now on; returns the one before, and it."""
        before = await self._fresh_token()
        self._use(await self.again(self._gettoken))
        return before, self._token

    @property
    def _gettoken(self) -> Ask:
        return gettoken(appKey=self.app_key, appSecret=SECRET)

    async def _fresh_token(self) -> str:
        if self.problem:
            raise NotProbed("there is no token")
        if not self._token:
            self._use(await self._first_token())
        elif self._time() >= self._until:
            self._use(await self.again(self._gettoken))
        return self._token

    async def _first_token(self) -> Reply:
        try:
            return await self.token_reply()
        except (Disturbed, TargetError) as error:
            self.problem = f"no token is got: {error}"
            raise

    def _use(self, reply: Reply) -> None:
        token = reply.fields.get("authToken")
        if not reply.succeeded or not isinstance(token, str) or not token:
            # The secret is not sent again: a few wrong ones may lock the account.
            what = "tenant, --app-key and secret" if reply.fields else "--target"
            if not self._token:
                self.problem = f"gettoken answers {said(reply)}; there is no token; check {what}"
            raise NotProbed(f"gettoken answers {said(reply)}, and no token")
        lifetime = reply.fields.get("expireTime")
        usable = lifetime if type(lifetime) is int and lifetime > 0 else DEFAULT_LIFETIME
        self.keep_private(token)
        self._token, self._until = token, self._time() + FRESH * usable

    async def _send(self, ask: Ask, token: str) -> Reply:
        if self.health.is_gone:
            raise Unreachable("it was not asked, since it has stopped answering")
        try:
            reply = await self._session.request(
                ask.method, ask.path, ask.filled(token, self._secret), _headers(ask)
            )
        except Unreachable:
            self.health.failures += 1
            raise
        self.health.failures = 0
        self.health.answers += 1
        return reply


def _headers(ask: Ask) -> dict[str, str | None]:
    return dict(ask.headers) | ({"Content-Encoding": "gzip"} if ask.compressed else {})
