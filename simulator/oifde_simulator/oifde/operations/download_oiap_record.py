"""Answer downloadOiapRecord: the sound of a call, whose file name a query has told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from oifde_simulator.instants import iso
from oifde_simulator.model.exchange import Answer, OtherSounds
from oifde_simulator.model.http import JSON_UTF8, Headers, Request, Response
from oifde_simulator.model.operation import Credential
from oifde_simulator.model.recording_errors import (
    BODY_NULL,
    FILE_MISSING,
    NO_DATA,
    PARAMETER_FORMAT,
    WRONG_DATE,
)
from oifde_simulator.model.sessions import CallSession, Sessions
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.authorization import authorization, signed
from oifde_simulator.oifde.credentials.checks import SignatureCheck
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.decoding import shown
from oifde_simulator.oifde.operations.base import DocumentedOperation, ServicePolicy, ServiceRequest
from oifde_simulator.oifde.operations.download_request import DownloadReader, flat_fields
from oifde_simulator.oifde.other_sounds import CallSounds
from oifde_simulator.population.recordings.file_names import RecordingName, recording_info
from oifde_simulator.population.recordings.recording import Recording
from oifde_simulator.wire.octets import LazyOctets

# Downloading an Intelligent IVR Recording File: the type of a success, in these very letters.
AUDIO: Headers = (("Content-Type", "Application/Octet-stream;charset=UTF-8"), JSON_UTF8[1])
"""Headers of an answer with sound."""
VERSION = "2.0"
"""Value of `version` in requests and in the older members of an error answer."""
EXAMPLE = "Y:/135/odfsrecord/20220720/1658313131-85918321361224.wav"
"""File that the specification's example names."""


class DownloadOiapRecord(DocumentedOperation):
    """Downloading an Intelligent IVR Recording File."""

    name = "downloadOiapRecord"
    credential: ClassVar[Credential] = "signature"
    check: ClassVar[CredentialCheck | None] = SignatureCheck()
    own_reader = DownloadReader(name)
    own_error_shape = True
    answers_sound = True
    port = "recordings"
    code_field = "resultCode"
    message_field = "resultDesc"
    unmatchable: ClassVar[Mapping[str, str]] = {
        "response": "it repeats resultCode and resultDesc; match resultCode"
    }

    @property
    def request_types(self) -> Mapping[str, str]:
        """JSON type of each field that rules may match: those inside the members, and the query's."""
        return contract.nested_types(self.name)

    def fields(self, document: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
        """Gather the fields from inside the members of the body, and from the query."""
        return flat_fields(self.name, document, request.target)

    def body_of(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nest fields as the body has them."""
        body: dict[str, dict[str, Any]] = {}
        for name, member in contract.members_of(self.name).items():
            if name in fields:
                body.setdefault(member, {})[name] = fields[name]
        return body

    def tenant_of(self, _document: Mapping[str, Any], request: Request) -> object:
        """Find the access key, by which the tenant is found; None where the request names none."""
        return authorization(request.headers).access_key or None

    @property
    def own_fields(self) -> frozenset[str]:
        """Members of a body by which this operation is told from others."""
        return contract.request_fields(self.name)

    def authorize(self, request: Request, key: str, secret: str | None, /) -> Mapping[str, str]:
        """Make the `Authorization` of an access key; signed where its secret is given."""
        return {"Authorization": signed(request, key, secret)}

    def body_problem(self, request: Request, detail: str, _status: int | None, /) -> Problem:
        """Word what is wrong with a body that could not be read, or is no JSON object."""
        # Guess: [download-not-json] HTTP 200, 0300004 or for no body 0300007; sending text would settle it.
        empty = request.method in self.methods and not request.body and not request.read_error
        return Problem(BODY_NULL if empty else PARAMETER_FORMAT, detail, request.read_error_status)

    def example(self, tenant: str, credential: str, user: str) -> dict[str, Any]:  # noqa: ARG002
        """Build a request body that asks for the file of the specification's example."""
        return dict(self.body_of({"version": VERSION, "fileName": EXAMPLE}))

    def answer(self, request: ServiceRequest, sessions: Sessions, policy: ServicePolicy, /) -> Answer:
        """Answer the sound of the recording, or why there is none."""
        file_name, location = request.reading.values["fileName"], request.reading.values.get("locationId")
        name = RecordingName.parse(file_name)
        session = sessions.by_recording(name.canonical if name else file_name, request.now)
        problem = _problem(file_name, name, session, sessions)
        if session is None or problem:
            return self._refused(problem or Problem(FILE_MISSING), request)
        problem = _not_yet(session, request.now, policy.recordings_late) or _elsewhere(
            session.record, location
        )
        if problem:
            return self._refused(problem, request)
        sound = policy.sound(session.record, file_name)
        others = CallSounds(policy.sound, sound, session, sessions, request.now)
        return _audio(sound, request, others)

    def with_message(self, fields: Mapping[str, Any], message: str) -> Mapping[str, Any]:
        """Copy the members of an error answer with another message, in both places."""
        return _members(fields[self.code_field], message)

    def _refused(self, problem: Problem, request: ServiceRequest) -> Answer:
        return self.refuse((problem,), status=200, warnings=request.warnings)

    def refuse(
        self,
        problems: tuple[Problem, ...],
        *,
        status: int,  # noqa: ARG002  every row of the codes that could be read has HTTP 200
        headers: Headers = (),
        warnings: tuple[str, ...] = (),
    ) -> Answer:
        """Answer the first of `problems`, in the new members and in the older ones."""
        first = problems[0]
        fields = _members(first.error.text, first.message)
        response = Response(first.status or 200, orjson.dumps(fields), JSON_UTF8 + headers)
        return Answer(response, fields, problems, warnings)


def _members(code: str, message: str) -> dict[str, Any]:
    """Write the members of an error answer, new and older."""
    older = {"version": VERSION, "resultCode": code, "resultMsg": message}
    return {"resultCode": code, "resultDesc": message, "resultData": "", "response": older}


def _problem(
    file_name: str, name: RecordingName | None, session: CallSession | None, sessions: Sessions
) -> Problem | None:
    """Name what is wrong with a file name; a name that a record has is right whatever it looks like."""
    if session is not None:
        return None
    if name is None:
        forms = "Y:/{vdnId}/odfsrecord/{yyyymmdd}/{name}.wav"
        return Problem(PARAMETER_FORMAT, f"fileName {shown(file_name)}: expected a path such as {forms}")
    if not name.has_real_day:
        return Problem(WRONG_DATE, f"fileName {shown(file_name)}: {name.day} is no day, as yyyymmdd")
    # Guess: [foreign-vdn] 0300012, and 0300011 for a missing file of one's own; asking for either settles it.
    if not sessions.has_vdn(name.vdn):
        return Problem(NO_DATA, f"fileName {shown(file_name)}: {name.vdn} is no vdnId of this account")
    return Problem(FILE_MISSING, f"fileName {shown(file_name)}: no session record names it")


def _not_yet(session: CallSession, now: int, late: int) -> Problem | None:
    """Say why a call has no recording yet; it has one `late` milliseconds after its end."""
    # Guess: [unfinished-recording] 0300012 until the call has ended; a download during a call settles it.
    if session.record.get("endTime") is None:
        return Problem(NO_DATA, "the call goes on; its recording comes when it has ended")
    ended = session.start if session.end is None else session.end
    if not late or now >= ended + late:
        return None
    return Problem(NO_DATA, f"the recording is not there yet; it comes at {iso(ended + late)}")


def _elsewhere(record: Mapping[str, Any], location: object) -> Problem | None:
    """Say that the record names another node than a request; None where it does not."""
    # Guess: [wrong-location] 0300011 where the record names another node; one download would settle it.
    own = record.get("locationId", recording_info(record).get("locationId"))
    if location is None or own is None or str(own) == str(location):
        return None
    return Problem(FILE_MISSING, f"locationId {location}: the record's is {shown(own)}")


def _audio(sound: LazyOctets, request: ServiceRequest, others: OtherSounds) -> Answer:
    # Guess: [range] a Range is ignored and the whole is sent under 200; a request with one would settle it.
    fields = {"bytes": len(sound)}
    if isinstance(sound, Recording):
        fields["milliseconds"] = sound.milliseconds
    return Answer(Response(200, sound, AUDIO), fields, (), request.warnings, other_sounds=others)
