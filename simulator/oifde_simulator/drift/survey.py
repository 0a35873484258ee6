"""What probes know of a target, and the queries that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.drift import ask
from oifde_simulator.drift.asker import Asker
from oifde_simulator.drift.calls import Call, calls
from oifde_simulator.drift.downloads import Downloads
from oifde_simulator.drift.handshake import Handshakes
from oifde_simulator.drift.judgement import NotProbed
from oifde_simulator.drift.redaction import member_name, said
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT
from oifde_simulator.vendor_client import Reply

QUERY = "queryRecordHistory"
FORGED_TOKEN = "driftprobe0000000000000000000000"  # noqa: S105  no token, on purpose
NOBODY = "drift-probe-no-such-tenant"
NO_SESSIONS = (
    "no session is found: is the number right, are its calls too old, or is FLOWRECORDFLAG disabled?"
)


@dataclass
class Survey:
    """One run against one target."""

    asker: Asker
    tenant: str
    handshakes: Handshakes
    downloads: Downloads
    user: str | None = None
    call_id: str | None = None
    allow_lock: bool = False
    trouble: str = ""
    """Why many guesses cannot be probed; empty where they can."""
    last: Reply | None = None
    """Good answer to the plain query at the end of the run; None where it was not asked again."""

    def __post_init__(self) -> None:
        """Keep the known number and call out of all evidence."""
        self.asker.keep_private(self.user, self.call_id)

    def name(self, name: str) -> str:
        """Show the name of a member or header that the target has chosen."""
        return member_name(name, self.asker.contract.private)

    async def selector(self) -> dict[str, str]:
        """Fields that find the known user's sessions, or else the known call."""
        if self.user is None and self.call_id is not None:
            self.user = await self._user_of_the_call(self.call_id)
            self.asker.keep_private(self.user)
        return {"callId": str(self.call_id)} if self.user is None else {"userMobile": self.user}

    async def _user_of_the_call(self, call_id: str) -> str | None:
        found = calls(await self.only(callId=call_id))
        number = found[0].text("callSorId") if found else None
        if number and calls(await self.only(userMobile=number)):
            return number
        return None

    async def query(self, **changes: Any) -> Reply:
        """Query for the known sessions, with some fields changed, or left out by `...`."""
        return await self.only(**(await self.selector() | changes))

    async def only(self, **fields: Any) -> Reply:
        """Query with these fields and no other selector."""
        return await self.asker.ask(self.query_ask(**fields))

    def query_ask(self, **fields: Any) -> ask.Ask:
        """Write a query, with tenant and token unless `fields` say otherwise."""
        return ask.Ask(ask.path_of(QUERY), self.body(**fields))

    def body(self, **fields: Any) -> bytes:
        """Write the body of a query."""
        return ask.encoded({"tenantId": self.tenant, "authToken": ask.TOKEN} | fields)

    async def variant(self, **changes: Any) -> Reply:
        """Ask the plain query as another request: members of `Ask` differ."""
        fields = {"path": ask.path_of(QUERY), "body": self.body(**await self.selector())} | changes
        return await self.asker.ask(ask.Ask(**fields))

    async def plain(self) -> Reply:
        """Answer of the plain query, which has nothing wrong. Raises NotProbed where it is refused."""
        reply = await self.query()
        if not reply.succeeded:
            raise self._without_base(f"a query without any mistake is answered {said(reply)}")
        return reply

    def _without_base(self, trouble: str) -> NotProbed:
        """Say why there is nothing to compare other answers with, and keep it for the end of the report."""
        self.trouble = trouble
        return NotProbed(trouble)

    async def same(self, reply: Reply) -> bool:
        """Check that an answer is as good as that of the plain query."""
        return reply.succeeded and reply.fields.get("total") == (await self.plain()).fields.get("total")

    async def calls(self) -> Sequence[Call]:
        """Sessions on the first page, as they come. Raises NotProbed without any."""
        found = calls(await self.plain())
        if not found:
            raise self._without_base(NO_SESSIONS)
        return found

    async def total(self) -> int:
        """Number of the known sessions. Raises NotProbed without any."""
        total = (await self.plain()).fields.get("total")
        if type(total) is not int or total < 1:
            raise self._without_base(NO_SESSIONS)
        return total

    async def wrong_parameter(self) -> Reply:
        """Answer to a parameter that is certainly wrong. Raises NotProbed where it is accepted."""
        reply = await self.query(pageSize="7")
        if not is_refused(reply):
            raise NotProbed(f'pageSize "7" is accepted ({said(reply)}), so wrong parameters are not told')
        return reply

    async def is_parameter_error(self, reply: Reply) -> bool:
        """Check that an answer has the code of wrong parameters: the documented one, or this target's own."""
        code = (await self.query(pageSize="7")).error_code
        return is_refused(reply) and reply.error_code in (code, PARAMETER_INCORRECT.code)

    async def forged_token(self) -> Reply:
        """Answer to a token that was never issued."""
        return await self.query(authToken=FORGED_TOKEN)


def is_refused(reply: Reply) -> bool:
    """Check that an answer says that the request was wrong."""
    return not reply.succeeded and (reply.status >= 400 or reply.error_code not in (None, 0, "0"))


def same_code(one: Reply, other: Reply) -> bool:
    """Check that two answers have the same errorCode, or the same status where they have none."""
    if one.error_code is None and other.error_code is None:
        return one.status == other.status
    return one.error_code == other.error_code


def same_error(one: Reply, other: Reply) -> bool:
    """Check that two answers have the same status and errorCode."""
    return (one.status, one.error_code) == (other.status, other.error_code)
