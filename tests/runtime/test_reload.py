"""`serve --watch`: changed files replace tenants, and wrong files change nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shlex
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator import logs
from oifde_simulator.cli import main
from oifde_simulator.cli.explain import request_file
from oifde_simulator.config import Settings
from oifde_simulator.engine import explain as explanation
from oifde_simulator.immediate import immediate
from oifde_simulator.model.credential_step import SecretStep
from oifde_simulator.model.http import Request
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.reload import watched_files
from oifde_simulator.runtime.reload import watcher as watching
from oifde_simulator.runtime.reload.file_snapshot import DOUBT, GRACE
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.scenario import selection
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from oifde_simulator.tenants.reloading import TenantReloader
from oifde_simulator.tenants.tokens import accepted_token
from oifde_simulator.tenants.worlds import Worlds
from serving import PATIENCE, Peer, post, served

SCENARIO = 'tenant: {tokens: ["' + TOKEN + '"]}\nsessions: {users: {"18000000001": %d}}\n'
FAILS_ONCE = SCENARIO % 1 + "rules: [{name: once, times: 1, respond: {status: 503}}]\n"


@dataclass
class Seconds:
    """A clock that moves when it is told."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Followed:
    """Tenants with a watcher that looks when it is told."""

    watcher: Watcher
    tenants: Tenants
    clock: Seconds

    def look(self, after: float = 0.0) -> None:
        """Look at the files, so many seconds later."""
        self.clock.now += after
        immediate(self.watcher.look(self.tenants))

    def names(self) -> list[str]:
        return immediate(self.tenants.ids())

    def ask(self, tenant: str = "acme", **fields: Any) -> explanation.Explanation:
        """Explain what happens to one query now."""
        document = {"tenantId": tenant, "authToken": TOKEN, "userMobile": "18000000001", **fields}
        body = request_file.RequestFile("queryRecordHistory", document, {}, {})
        (turn,) = explanation.explain(self.tenants, body.request())
        return turn

    def total(self, tenant: str = "acme") -> int:
        return len(immediate(self.tenants.select(tenant, Criteria(user="18000000001"))))

    async def total_at_runtime(self) -> int:
        """What `total` is, where an event loop runs."""
        return len(await self.tenants.select("acme", Criteria(user="18000000001")))

    def scenario(self, tenant: str) -> Scenario:
        return immediate(self.tenants.scenario(tenant))

    def issued(self, now: int | None = None) -> str:
        """A token that gettoken would issue to acme now."""
        tenant = immediate(self.tenants.named("acme"))
        step = SecretStep(right=True, lock_after=None, issues=True)
        number = immediate(self.tenants.state.exchanges.admit(tenant.read, step)).number
        return tenant.credentials.issue(tenant.clock.now() if now is None else now, number)[0]


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Reset the log level that a command of an earlier test has set."""
    logging.getLogger(logs.FOLLOWED).setLevel(logging.NOTSET)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(SCENARIO % 1)
    return tmp_path


def follow(*paths: Path, **settings: Any) -> Followed:
    given = Settings(scenarios=paths, **{"no_bundled": True, "watch": True, **settings})
    clock = Seconds()
    watcher = Watcher(given, clock)
    tenants = Tenants(watcher.scenarios, seed="0", error_status=200)
    tenants.broken_files = watcher.broken_files()
    return Followed(watcher, tenants, clock)


# What changes


def test_a_changed_file_is_another_scenario_at_the_next_look(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "oifde_simulator")
    followed = follow(folder)
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    assert followed.total() == 1
    followed.look()
    assert followed.total() == 20
    assert caplog.messages == [f"tenant acme: loaded {folder}/acme.yaml"]


def test_a_change_while_the_server_starts_is_not_missed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = watched_files.loader.read

    def change_after(path: Path) -> bytes:
        found = read(path)
        path.write_text(SCENARIO % 20)
        return found

    with monkeypatch.context() as changing:
        changing.setattr(watched_files.loader, "read", change_after)
        followed = follow(folder)
    followed.look()
    assert followed.total() == 20


def test_an_editor_that_writes_beside_and_renames_is_followed(folder: Path) -> None:
    followed = follow(folder)
    before = (folder / "acme.yaml").stat()
    draft = folder / ".acme.swp"
    draft.write_text(SCENARIO % 2)
    os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
    draft.replace(folder / "acme.yaml")
    followed.look()
    assert followed.total() == 2


def test_rules_begin_anew_and_tokens_stay_good(folder: Path) -> None:
    (folder / "acme.yaml").write_text(FAILS_ONCE)
    followed = follow(folder)
    token, fresh = followed.issued(0), followed.issued()
    statuses = [followed.ask().exchange.response.status for _ in range(2)]
    (folder / "acme.yaml").write_text(FAILS_ONCE + "# another\n")
    followed.look()
    statuses += [followed.ask(authToken=fresh).exchange.response.status for _ in range(2)]
    assert statuses == [503, 200, 503, 200]
    assert followed.ask(authToken=fresh).exchange.honest.fields["errorCode"] == 0
    assert followed.ask(authToken=token).exchange.honest.fields["errorCode"] == 900001


def test_tenants_whose_files_did_not_change_notice_nothing(folder: Path) -> None:
    (folder / "calm.yaml").write_text(FAILS_ONCE)
    followed = follow(folder)
    followed.ask("calm")
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert followed.ask("calm").verdicts[0].outcome == "held back"


def test_a_look_at_nothing_new_reads_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    followed = follow(folder)
    before = dict(followed.tenants._tenants)
    monkeypatch.setattr(watched_files.loader, "load", None)
    followed.look()
    assert followed.tenants._tenants == before


# What comes and goes


def test_a_new_file_is_a_new_tenant_and_a_removed_one_goes_with_its_tenant(folder: Path) -> None:
    followed = follow(folder)
    (folder / "more.yaml").write_text(SCENARIO % 3)
    followed.look()
    assert (followed.names(), followed.total("more")) == (["acme", "more"], 3)
    (folder / "acme.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.names() == ["more"]
    assert followed.ask().exchange.tenant == ""


def test_a_folder_may_lose_all_its_files_and_get_others(folder: Path) -> None:
    followed = follow(folder)
    (folder / "acme.yaml").rename(folder / "acme.txt")
    followed.look()
    followed.look(GRACE)
    assert followed.names() == []
    (folder / "acme.txt").rename(folder / "acme.yaml")
    followed.look()
    assert followed.names() == ["acme"]


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "empty"])
def test_a_file_that_is_gone_or_empty_for_one_look_is_being_saved(folder: Path, empty: bool) -> None:
    followed = follow(folder)
    if empty:
        (folder / "acme.yaml").write_text("")
    else:
        (folder / "acme.yaml").unlink()
    followed.look()
    assert followed.total() == 1
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert followed.total() == 20


def test_a_file_may_give_its_tenant_another_id(folder: Path) -> None:
    followed = follow(folder)
    (folder / "acme.yaml").write_text("tenant: {id: other}\n")
    followed.look()
    assert followed.names() == ["other"]


def test_the_bundled_scenario_comes_back_when_the_file_in_its_place_goes(tmp_path: Path) -> None:
    (tmp_path / "paging.yaml").write_text("description: mine\n")
    followed = follow(tmp_path, no_bundled=False)
    (tmp_path / "paging.yaml").unlink()
    followed.look()
    assert followed.scenario("paging").description == "mine"
    followed.look(GRACE)
    assert len(followed.scenario("paging").records) == 250


def test_other_names_of_a_scenario_follow_it(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = follow(folder, tenant=(("ours", "acme"), ("theirs", "ours")))
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert [followed.total(name) for name in ("acme", "ours", "theirs")] == [20, 20, 20]
    (folder / "acme.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.names() == []
    assert caplog.messages == [
        f"tenant {name}: removed; {folder}/acme.yaml has it no more" for name in ("acme", "ours", "theirs")
    ]
    (folder / "acme.yaml").write_text(SCENARIO % 2)
    followed.look()
    assert followed.names() == ["acme", "ours", "theirs"]


def test_tenants_that_came_another_way_are_left_alone(folder: Path) -> None:
    followed = follow(folder)
    scenario = followed.scenario("acme")
    assert immediate(
        followed.tenants.reloader.put("guest", scenario, followed.tenants.worlds.prepared("guest", scenario))
    )
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert followed.total("guest") == 1


def test_a_made_tenant_keeps_its_id_whatever_files_come_and_go(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follow(folder)
    admin = TenantAdmin(followed.tenants)
    _, fresh = immediate(admin.make(admin.scenario("acme"), "later"))
    (folder / "later.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert immediate(followed.tenants.state.tenants.made()) == ["later"]
    assert immediate(accepted_token(followed.tenants, "later")) == fresh.token
    assert followed.total("later") == 1
    assert "POST /tenants has made a tenant of this id" in caplog.text
    (folder / "later.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.total("later") == 1
    assert "the one that POST /tenants made stays" in caplog.text
    (folder / "later.yaml").write_text(SCENARIO % 20)
    followed.look()
    immediate(followed.tenants.restore())
    assert followed.total("later") == 20


# What is wrong


def test_a_file_that_is_wrong_leaves_the_last_good_one_and_says_so_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follow(folder)
    (folder / "acme.yaml").write_text("clock: yesterday\nsesions: {}\n")
    followed.look()
    followed.look(GRACE)
    assert followed.total() == 1
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    first, *errors = record.getMessage().splitlines()
    assert first == f"{folder}/acme.yaml: not loaded, the last good one stays:"
    assert [error.split(": ")[0] for error in errors] == [f"{folder}/acme.yaml:{at}" for at in ("1:8", "2:1")]
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert followed.total() == 20


def test_a_new_file_that_is_wrong_is_told_and_not_served(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follow(folder)
    (folder / "more.yaml").write_text("]")
    followed.look()
    assert followed.names() == ["acme"]
    assert "more.yaml: not loaded, it is not served:\n" in caplog.text


def test_warnings_of_a_changed_file_are_told(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = follow(folder)
    (folder / "acme.yaml").write_text("rules: [{name: all, faults: [reset]}, {name: none, faults: [bom]}]\n")
    followed.look()
    assert "can never fire: all in line 1 takes every request" in caplog.text


def test_nothing_to_watch_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--watch"]) == 2
    assert "--watch follows the files of --scenarios, and there are none" in capsys.readouterr().err


def test_two_files_with_one_tenant_are_told_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = follow(folder)
    (folder / "more.yaml").write_text("tenant: {id: acme}\n")
    followed.look()
    (folder / "third.yaml").write_text("clock: now\n")
    followed.look()
    told = f"{folder}/more.yaml: has the tenant acme of {folder}/acme.yaml, which is not served; "
    assert [message.partition("give")[0] for message in caplog.messages] == [told]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
@pytest.mark.parametrize("kind", ["pipe", "link to a device"])
def test_what_is_no_file_is_not_opened(folder: Path, kind: str) -> None:
    def put(path: Path) -> None:
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("/dev/zero")

    put(folder / "before.yaml")
    followed = follow(folder)
    put(folder / "after.yaml")
    (folder / "acme.yaml").unlink()
    put(folder / "acme.yaml")
    (folder / "more.yaml").write_text(SCENARIO % 3)
    followed.look()
    followed.look(GRACE)
    assert followed.names() == ["more"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_that_is_named_cannot_be_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "acme.yaml")
    with pytest.raises(ValueError, match=r"acme\.yaml is neither; leave --watch out"):
        follow(tmp_path / "acme.yaml")


def test_a_tenant_that_cannot_be_made_stays_and_the_others_follow(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "calm.yaml").write_text(SCENARIO % 1)
    followed = follow(folder)
    prepared = Worlds.prepared

    def failing(self: Worlds, name: str, scenario: Any) -> Any:
        if name in ("acme", "fresh"):
            raise LookupError
        return prepared(self, name, scenario)

    for name in ("acme", "calm", "fresh"):
        (folder / f"{name}.yaml").write_text(SCENARIO % 20)
    with monkeypatch.context() as defective:
        defective.setattr(Worlds, "prepared", failing)
        followed.look()
    assert (followed.names(), followed.total("acme"), followed.total("calm")) == (["acme", "calm"], 1, 20)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"tenant {name}: nothing could be made of {folder}/{name}.yaml; it stays as it is"
        for name in ("acme", "fresh")
    ]
    (folder / "calm.yaml").write_text(SCENARIO % 2)
    followed.look()
    assert [followed.total(name) for name in ("acme", "calm", "fresh")] == [20, 2, 20]


def test_the_last_file_of_a_tenant_wins_whichever_changed_last(folder: Path) -> None:
    (folder / "more.yaml").write_text("tenant: {id: acme}\n" + (SCENARIO % 2).split("\n", 1)[1])
    followed = follow(folder)
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    followed.look()
    assert followed.total() == 2


# What stays, and what does not


FIXED = SCENARIO + 'clock: "2026-01-01T00:00:00Z"\n'


def test_no_token_is_issued_twice_though_its_tenant_began_anew_under_a_clock_that_stands_still(
    folder: Path,
) -> None:
    (folder / "acme.yaml").write_text(FIXED % 1)
    followed = follow(folder)
    now = 1_767_225_600_000

    def issued() -> list[str]:
        return [followed.issued(now) for _ in range(3)]

    tokens = issued()
    (folder / "acme.yaml").write_text(FIXED % 2)
    followed.look()
    tokens += issued()
    (folder / "acme.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    (folder / "acme.yaml").write_text(FIXED % 3)
    followed.look()
    tokens += issued()
    assert len({*tokens}) == 9
    assert [followed.ask(authToken=token).exchange.honest.fields["errorCode"] for token in tokens] == [0] * 9


@pytest.mark.slow
def test_a_tenant_that_is_replaced_or_removed_is_kept_by_nothing(folder: Path) -> None:
    followed = follow(folder)
    gone = []
    for total in range(2, 12):
        assert followed.ask().exchange.honest.fields["total"] == total - 1
        gone.append(weakref.ref(immediate(followed.tenants.named("acme")).world.sessions))
        (folder / "acme.yaml").write_text(SCENARIO % total)
        followed.look()
    (folder / "acme.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    gc.collect()
    assert [each() for each in gone] == [None] * 10
    memory = followed.tenants._factory._memory
    assert len(memory.starts) == 10  # without their tenants, until others need the place
    assert memory.starts.weight <= 10 * 500  # bytes


# What is printed


def printed(*paths: Path, watch: bool = True, tenant: tuple[tuple[str, str], ...] = ()) -> list[str]:
    """Write the lines of the banner."""
    settings = Settings(scenarios=paths, watch=watch, tenant=tenant)
    known = Watcher(settings).scenarios if watch else selection.scenarios(settings)
    tenants = Tenants(known, seed="0", error_status=200)
    urls = {"data_url": "http://d", "control_url": "http://c"}
    return immediate(banner(tenants, settings, **urls, authority=False)).splitlines()


@pytest.mark.parametrize("watch", [False, True], ids=["as they are", "followed"])
def test_own_tenants_and_the_example_have_a_line_each_and_the_others_a_block(
    folder: Path, watch: bool
) -> None:
    lines = printed(folder, watch=watch, tenant=(("MYAPP", "magic"),))
    start = lines.index("") + 1
    own = [line.split("  ")[1] for line in lines[start : start + 3]]
    assert own == ["acme", "MYAPP = magic", "tenant001"]
    assert lines[start + 1].startswith("  MYAPP = magic  The userMobile of a query chooses its failure;")
    block = "".join(lines[start + 3 : lines.index("", start)]).replace(",  ", ", ").strip().split(", ")
    assert block == sorted(block)
    assert {"hang", "magic", "outage"} <= {*block}
    assert not {*block} & {"acme", "MYAPP", "tenant001"}
    assert (f"  watching       {folder}" in lines) == watch


def test_the_first_lines_say_whose_ports_they_are(folder: Path) -> None:
    data, control = printed(folder, watch=False)[1:3]
    assert data == "  data plane     http://d   (the vendor's port: what clients call)"
    assert control == "  control plane  http://c   (our own port)"


def test_the_line_to_paste_asks_the_first_own_tenant_with_a_token_of_its_own(folder: Path) -> None:
    (folder / "acme.yaml").write_text('sessions: {users: {"18000000000": 0, "18000000002": 2}}\n')
    line = next(line for line in printed(folder, watch=False) if "curl" in line)
    body = json.loads(shlex.split(line)[-1])
    assert (body["tenantId"], body["userMobile"]) == ("acme", "18000000002")
    engine = Engine(selection.scenarios(Settings(scenarios=(folder,))))
    request = Request("POST", QUERY, CIMultiDict(), json.dumps(body).encode())
    assert engine.handle(request).honest.fields["total"] == 2


# The loop


async def test_the_loop_goes_on_after_a_look_that_failed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "PERIOD", 0.0)
    followed, looks, twice = follow(folder), [], asyncio.Event()

    def changed() -> Any:
        looks.append(1)
        if len(looks) > 1:
            twice.set()
        raise LookupError

    monkeypatch.setattr(followed.watcher._snapshot, "changed", changed)
    with followed.watcher.watching(followed.tenants):
        await asyncio.wait_for(twice.wait(), PATIENCE)
    count = len(looks)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(looks) == count
    assert caplog.messages[0] == "--watch: a look at the files failed; the next one comes"
    assert caplog.records[0].exc_info


async def test_the_looks_are_off_the_loop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PERIOD", 0.0)
    followed, looked, threads = follow(folder), asyncio.Event(), set()
    loop, changed = asyncio.get_running_loop(), followed.watcher._snapshot.changed

    def noted() -> Any:
        threads.add(threading.current_thread().name)
        loop.call_soon_threadsafe(looked.set)
        return changed()

    monkeypatch.setattr(followed.watcher._snapshot, "changed", noted)
    with followed.watcher.watching(followed.tenants):
        await asyncio.wait_for(looked.wait(), PATIENCE)
    assert threads == {"slow work"}


async def test_a_file_that_is_being_written_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its first half may be a good scenario by itself."""
    caplog.set_level(logging.INFO, "oifde_simulator")
    monkeypatch.setattr(watching, "PERIOD", 0.0)
    followed, path = follow(folder), folder / "acme.yaml"
    snapshot, in_service = followed.watcher._snapshot, asyncio.Event()
    still, put, rest = snapshot.still, TenantReloader.put, iter(range(2, 5))

    def written_meanwhile(changed: Any) -> Any:
        for total in rest:
            path.write_text(SCENARIO % total + "# more\n" * total)
            break
        return still(changed)

    async def noted(self: TenantReloader, *given: Any) -> bool:
        done = await put(self, *given)
        in_service.set()
        return done

    monkeypatch.setattr(snapshot, "still", written_meanwhile)
    monkeypatch.setattr(TenantReloader, "put", noted)
    path.write_text(SCENARIO % 9)
    with followed.watcher.watching(followed.tenants):
        await asyncio.wait_for(in_service.wait(), PATIENCE)
    assert await followed.total_at_runtime() == 4
    assert caplog.messages == [f"tenant acme: loaded {path}"]


def test_a_look_at_many_files_walks_their_folder_once_and_comes_less_often(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = follow(folder).watcher._pause()
    for number in range(500):
        (folder / f"t{number}.yaml").write_text("sessions: {users: {'1': 1}}\n")
    followed = follow(folder)
    followed.look()
    followed.look(DOUBT)
    walks, stats, scandir, stat = [], [], os.scandir, Path.stat
    monkeypatch.setattr(os, "scandir", lambda path: walks.append(path) or scandir(path))
    monkeypatch.setattr(Path, "stat", lambda path, **how: stats.append(path) or stat(path, **how))
    assert followed.watcher._snapshot.changed() == {}
    assert walks == [folder]
    assert len(stats) <= 2, "that of the folder"
    assert (few, followed.watcher._pause()) == (0.2, pytest.approx(0.501))


async def test_requests_are_answered_while_a_file_is_being_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PERIOD", 0.0)
    followed = follow(folder)
    loop, loads, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    load, put, in_service = watched_files.loader.load, TenantReloader.put, asyncio.Event()

    async def put_and_signal(self: TenantReloader, *given: Any) -> bool:
        assert threading.current_thread() is threading.main_thread()
        done = await put(self, *given)
        in_service.set()
        return done

    def slow(path: Path, source: bytes) -> Any:
        loop.call_soon_threadsafe(loads.set)
        assert go_on.wait(PATIENCE)
        return load(path, source)

    monkeypatch.setattr(watched_files.loader, "load", slow)
    monkeypatch.setattr(TenantReloader, "put", put_and_signal)
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    with followed.watcher.watching(followed.tenants):
        await asyncio.wait_for(loads.wait(), PATIENCE)
        assert await followed.total_at_runtime() == 1
        go_on.set()
        await asyncio.wait_for(in_service.wait(), PATIENCE)
    assert await followed.total_at_runtime() == 20


async def test_a_server_that_stops_waits_for_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PERIOD", 0.0)
    followed = follow(folder)
    loop, loads, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def endless(path: Path, source: bytes) -> Any:
        loop.call_soon_threadsafe(loads.set)
        assert go_on.wait(PATIENCE)
        raise LookupError

    monkeypatch.setattr(watched_files.loader, "load", endless)
    (folder / "acme.yaml").write_text(SCENARIO % 20)
    with followed.watcher.watching(followed.tenants):
        await asyncio.wait_for(loads.wait(), PATIENCE)
    at_work = [each for each in threading.enumerate() if each.name == "slow work"]
    assert at_work
    assert all(thread.daemon for thread in at_work)
    go_on.set()
    assert await followed.total_at_runtime() == 1


def test_a_running_server_follows_its_files(folder: Path) -> None:
    path = folder / "acme.yaml"
    query = post(json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}).encode())
    with (
        served(folder, "--scenarios", str(path), "--watch", "--tls", "off") as server,
        Peer(server.data) as peer,
    ):

        def total() -> int:
            peer.send(query)
            found = peer.answer().json["total"]
            assert isinstance(found, int)
            return found

        assert total() == 1
        path.write_text(SCENARIO % 20)
        deadline = monotonic() + PATIENCE
        while total() != 20:  # until it has looked
            assert monotonic() < deadline
        path.write_text("]")
        assert server.process.stderr is not None
        given_up = threading.Timer(PATIENCE, server.process.kill)
        given_up.start()
        loaded, line = (server.process.stderr.readline() for _ in range(2))
        given_up.cancel()
        assert loaded.endswith(f"INFO    tenant acme: loaded {path}\n")
        assert line.endswith(f"WARNING {path}: not loaded, the last good one stays:\n")
        assert total() == 20
        code, _ = server.stop()
        assert code == 0
