"""What comes for the recording of a known call, and for files that are not there."""

from __future__ import annotations

import struct
from typing import NamedTuple

from oifde_simulator.drift.calls import Call
from oifde_simulator.drift.downloads import download_said, is_sound, result_code
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted, unclear
from oifde_simulator.drift.probes.downloads import authorized
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey
from oifde_simulator.population.recordings.file_names import RecordingName
from oifde_simulator.vendor_client import Reply

A_LAW, RATE = 6, 8000
MISSING, NO_DATA = "0300011", "0300012"
FOREIGN_VDN = "99999999"
FIRST_BYTES = 100
NO_RECORDING = "no call of the known number names a recording of a documented form"


class Known(NamedTuple):
    """A recording that a record names."""

    name: str
    location: str
    """locationId, empty where the record has none that is a number."""
    start: int
    end: int | None
    """End of the call, epoch milliseconds; None while it goes on."""


async def _known(survey: Survey) -> list[Known]:
    """List the recordings that the records name. Raises NotProbed without any."""
    found = [known for call in await survey.calls() if (known := _read(call)) is not None]
    if not found:
        raise NotProbed(NO_RECORDING)
    survey.downloads.asker.keep_private(*(each.name for each in found))
    return found


def _read(call: Call) -> Known | None:
    name = call.recording
    if name is None or RecordingName.parse(name) is None:
        return None
    place = str(call.record.get("locationId") or call.files.get("locationId", ""))
    location = place if place.isascii() and place.isdecimal() and len(place) < 10 else ""
    return Known(name, location, call.instant("startTime") or 0, call.instant("endTime"))


async def _shortest(survey: Survey) -> tuple[Known, Reply]:
    """Ask for the recording of the shortest call that has ended. Raises NotProbed where none comes."""
    await authorized(survey)
    ended = [each for each in await _known(survey) if each.end is not None]
    if not ended:
        raise NotProbed("no call of the known number has ended")
    shortest = min(ended, key=lambda each: (each.end or 0) - each.start)
    reply = await survey.downloads.file(shortest.name)
    if not is_sound(reply):
        raise NotProbed(f"the recording of the shortest call does not come: {download_said(reply)}")
    return shortest, reply


@probe("recording-codec", "the head of the recording of the shortest call")
async def recording_codec(survey: Survey) -> Judgement:
    """Check for G.711 A-law at 8 kHz."""
    _, reply = await _shortest(survey)
    place = reply.body.find(b"fmt ", 12, 4096)
    if place < 0 or len(reply.body) < place + 16:
        return unclear("the file has no fmt chunk at its beginning")
    tag, _, rate = struct.unpack_from("<HHI", reply.body, place + 8)
    differences = [f"format tag {tag}"] if tag != A_LAW else []
    differences += [f"{rate} samples a second"] if rate != RATE else []
    return judge(differences, "RIFF, format tag 6, 8000 samples a second")


@probe("range", "the same recording with `Range: bytes=0-99`")
async def range_request(survey: Survey) -> Judgement:
    """Check that a Range is ignored."""
    known, whole = await _shortest(survey)
    reply = await survey.downloads.file(known.name, headers=(("Range", f"bytes=0-{FIRST_BYTES - 1}"),))
    if reply.status == 200 and len(reply.body) == len(whole.body):
        return confirmed("the whole comes with HTTP 200")
    return refuted(f"with a Range it is {download_said(reply)}; without, {len(whole.body)} bytes")


@probe("wrong-location", "the same recording with another locationId than the record's")
async def wrong_location(survey: Survey) -> Judgement:
    """Check that another locationId than the record's finds no file."""
    known, _ = await _shortest(survey)
    if not known.location:
        raise NotProbed("the record of the shortest call has no locationId")
    right = await survey.downloads.file(known.name, known.location)
    if not is_sound(right):
        return refuted(f"the record's locationId gets {download_said(right)}")
    wrong = await survey.downloads.file(known.name, int(known.location) + 1)
    if result_code(wrong) == MISSING and wrong.status == 200:
        return confirmed(f"another locationId gets {MISSING}")
    return refuted(f"another locationId gets {download_said(wrong)}")


@probe("foreign-vdn", "a file that is not there, in the vdnId of a recording and in one of nobody")
async def foreign_vdn(survey: Survey) -> Judgement:
    """Check which code a missing file gets, and which one that of another account."""
    await authorized(survey)
    name = RecordingName.parse((await _known(survey))[0].name)
    assert name is not None, "only names of a documented form are known"
    own = name._replace(name="driftprobe")
    cases = {"a missing file": (own, MISSING), "another vdnId": (own._replace(vdn=FOREIGN_VDN), NO_DATA)}
    differences = []
    for what, (asked, expected) in cases.items():
        reply = await survey.downloads.file(asked.canonical)
        if (reply.status, result_code(reply)) != (200, expected):
            differences.append(f"{what}: {download_said(reply)}")
    return judge(differences, f"a missing file gets {MISSING}, one in another vdnId {NO_DATA}")


@probe("unfinished-recording", "the recording of a call that goes on, or of the one that ended last")
async def unfinished_recording(survey: Survey) -> Judgement:
    """Check that the recording of a call comes with its end, and 0300012 until then."""
    shortest, _ = await _shortest(survey)
    known = await _known(survey)
    if going := next((each for each in known if each.end is None), None):
        reply = await survey.downloads.file(going.name)
        if (reply.status, result_code(reply)) == (200, NO_DATA):
            return confirmed(f"a call that goes on gets {NO_DATA}")
        return refuted(f"a call that goes on gets {download_said(reply)}")
    latest = max(known, key=lambda each: each.end or 0)
    reply = await survey.downloads.file(latest.name)
    if latest != shortest and result_code(reply) == NO_DATA:
        return refuted(f"the call that ended last gets {download_said(reply)}, while an earlier one is there")
    return unclear(f"no call goes on; the recording of the one that ended last gets {download_said(reply)}")
