"""`serve --watch`: what counts as a change, what is broken, and what is away for a moment."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from conftest import QUERY
from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime import serve
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.reload import watched_files
from oifde_simulator.runtime.reload.file_snapshot import DOUBT, GRACE
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.scenario.files import finding
from oifde_simulator.tenants import Tenants
from recording_download import PATH as DOWNLOAD

ONE = 'sessions: {users: {"18000000001": 1}}\n'
TWO = 'sessions: {users: {"18000000001": 2}}\n'
COMPOSE = "services: {web: {image: x}}\n"


class Seconds:
    """A clock that moves when it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Followed:
    """Tenants with a watcher that looks when it is told."""

    def __init__(self, *paths: Path, **settings: Any) -> None:
        self.clock = Seconds()
        given = Settings(scenarios=paths, **{"no_bundled": True, "watch": True, **settings})
        self.watcher = Watcher(given, self.clock)
        options = {name: settings.get(name) for name in ("tenantless", "settings_from", "recordings_tenant")}
        self.tenants = Tenants(
            self.watcher.scenarios,
            seed="0",
            error_status=200,
            broken_files=self.watcher.broken_files(),
            **options,
        )
        self.pipeline = Pipeline(
            Router(bad_json_status=400), self.tenants, Journal(self.tenants.state, seed="0")
        )

    def look(self, after: float = 0.0) -> None:
        """Look at the files, so many seconds later."""
        self.clock.now += after
        immediate(self.watcher.look(self.tenants))

    def names(self) -> list[str]:
        return immediate(self.tenants.ids())

    def users(self, tenant: str = "acme") -> dict[str, int]:
        generated = immediate(self.tenants.scenario(tenant)).generate
        assert generated
        return dict(generated.users)

    def epoch(self, tenant: str = "acme") -> int:
        """Number that grows whenever the tenant begins anew."""
        return immediate(self.tenants.state.tenants.get(tenant)).epoch

    def broken(self) -> list[str]:
        return [Path(each.file).name for each in self.tenants.broken_files]


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger(logs.FOLLOWED).setLevel(logging.NOTSET)
    caplog.set_level(logging.INFO, logs.FOLLOWED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(ONE)
    return tmp_path


# The same content


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def write_again(path: Path) -> None:
    path.write_bytes(path.read_bytes())


def replace_by_a_copy(path: Path) -> None:
    copy = path.with_name(".copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def change_the_mode(path: Path) -> None:
    path.chmod(0o600)


@pytest.mark.parametrize("how", [touch, write_again, replace_by_a_copy, change_the_mode])
def test_a_file_of_the_same_content_keeps_its_tenant(
    folder: Path, caplog: pytest.LogCaptureFixture, how: Any
) -> None:
    followed = Followed(folder)
    epoch = followed.epoch()
    how(folder / "acme.yaml")
    followed.look()
    followed.look(DOUBT)
    assert followed.epoch() == epoch
    assert caplog.messages == []


def test_a_change_with_the_same_size_and_times_is_seen_shortly_after_a_reading(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock of files may stand still for milliseconds: neither time of the file tells of the change."""
    stamp = watched_files.finding.stamp(folder / "acme.yaml")
    monkeypatch.setattr(watched_files.finding, "_stamp", lambda read: stamp)
    followed = Followed(folder)
    (folder / "acme.yaml").write_text(TWO)
    followed.look()
    assert followed.users() == {"18000000001": 2}
    (folder / "acme.yaml").write_text(ONE)
    followed.look(DOUBT)
    assert followed.users() == {"18000000001": 1}


def test_a_change_that_keeps_size_and_time_of_writing_is_seen_at_any_time(folder: Path) -> None:
    path = folder / "acme.yaml"
    followed = Followed(folder)
    followed.look(DOUBT)
    before = path.stat()
    path.write_text(TWO)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    followed.look(DOUBT)
    assert followed.users() == {"18000000001": 2}


def test_a_file_that_was_read_long_ago_is_not_opened_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = Followed(folder)
    followed.look(DOUBT)
    monkeypatch.setattr(watched_files.loader, "read", None)
    followed.look()
    followed.look(DOUBT)


# Away for a moment


def test_a_file_that_comes_back_unchanged_keeps_its_tenant(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, followed = folder / "acme.yaml", Followed(folder)
    epoch = followed.epoch()
    path.rename(folder / "acme.bak")
    followed.look()
    followed.look(GRACE - 0.1)
    assert followed.names() == ["acme"]
    (folder / "acme.bak").rename(path)
    followed.look(GRACE)
    followed.look(GRACE)
    assert followed.epoch() == epoch
    assert f"{path}: away or empty; what it had is served for 3 s more" in caplog.messages


def test_each_absence_has_a_grace_of_its_own(folder: Path) -> None:
    path, followed = folder / "acme.yaml", Followed(folder)
    for _ in range(3):
        path.unlink()
        followed.look(GRACE)
        path.write_text(ONE)
        followed.look(GRACE)
        assert followed.names() == ["acme"]
    path.unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.names() == []


def test_a_folder_that_cannot_be_looked_at_keeps_its_tenants(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    followed = Followed(folder)

    def refuse(path: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as blind:
        blind.setattr(os, "scandir", refuse)
        for _ in range(3):
            followed.look(GRACE)
    assert followed.names() == ["acme"]
    assert [line for line in caplog.messages if "Permission denied" in line] == [
        f"{folder}: cannot be read: Permission denied; expected a scenario file, or a folder of them"
    ]


def test_a_file_that_is_renamed_and_keeps_its_tenant_id_clashes_with_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "acme.yaml").write_text("tenant: {id: ours}\n" + ONE)
    followed = Followed(folder)
    (folder / "acme.yaml").rename(folder / "zeta.yaml")
    (folder / "zeta.yaml").write_text("tenant: {id: ours}\n" + TWO)
    followed.look()
    assert followed.users("ours") == {"18000000001": 2}
    followed.look(GRACE)
    assert followed.names() == ["ours"]
    assert not [line for line in caplog.messages if "not served" in line]


def config_map(mount: Path, version: str, text: str) -> None:
    """Write a version of a mounted ConfigMap as Kubernetes does, and swap it in."""
    (mount / f"..{version}").mkdir()
    (mount / f"..{version}/acme.yaml").write_text(text)
    (mount / "..data_tmp").symlink_to(f"..{version}")
    (mount / "..data_tmp").replace(mount / "..data")
    if not (mount / "acme.yaml").is_symlink():
        (mount / "acme.yaml").symlink_to("..data/acme.yaml")


def test_a_config_map_that_is_swapped_is_followed_and_each_file_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config_map(tmp_path, "v1", ONE)
    followed = Followed(tmp_path)
    epoch = followed.epoch()
    config_map(tmp_path, "v2", ONE)
    followed.look(DOUBT)
    assert followed.epoch() == epoch
    config_map(tmp_path, "v3", TWO)
    followed.look(DOUBT)
    assert (followed.names(), followed.users()) == (["acme"], {"18000000001": 2})
    assert caplog.messages == [f"tenant acme: loaded {tmp_path}/acme.yaml"]


# Broken


@pytest.mark.parametrize("text", ["clock: yesterday\n", "]", COMPOSE, "a: 1\n---\nb: 2\n"])
def test_a_file_that_is_broken_at_the_start_is_told_and_served_when_it_is_mended(
    folder: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    (folder / "more.yaml").write_text(text)
    followed = Followed(folder)
    assert (followed.names(), followed.broken()) == (["acme"], ["more.yaml"])
    assert f"{folder}/more.yaml: not loaded, it is not served:\n" in caplog.text
    (folder / "more.yaml").write_text(ONE)
    followed.look()
    assert (followed.names(), followed.broken()) == (["acme", "more"], [])


def test_a_foreign_file_is_named_and_stops_no_other(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = Followed(folder)
    (folder / "docker-compose.yml").write_text(COMPOSE)
    followed.look()
    assert followed.names() == ["acme"]
    assert "docker-compose.yml:1:1: looks like a compose file, not a scenario" in caplog.text


def test_a_broken_file_is_told_of_until_it_is_mended_or_gone(folder: Path) -> None:
    path, followed = folder / "acme.yaml", Followed(folder, tenant=(("ours", "acme"),))
    epoch = followed.epoch()
    path.write_text("clock: yesterday\nsesions: {}\n")
    followed.look()
    (broken,) = followed.tenants.broken_files
    assert broken.tenants == {"acme", "ours"}
    assert broken.message.startswith(f"{path}:1:8: clock: ")
    path.write_text(ONE)
    followed.look()
    assert followed.broken() == []
    assert followed.epoch() == epoch, "it is served as it was all the while"
    path.write_text("]")
    followed.look()
    path.unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.broken() == []


def test_a_file_that_stays_empty_is_broken(folder: Path) -> None:
    followed = Followed(folder)
    (folder / "acme.yaml").write_text("")
    followed.look()
    assert followed.broken() == []
    followed.look(GRACE)
    assert (followed.names(), followed.broken()) == (["acme"], ["acme.yaml"])


def test_what_is_told_of_a_broken_file_has_no_secret(folder: Path) -> None:
    followed = Followed(folder)
    (folder / "acme.yaml").write_text("tenant: {secret: 123456, tokens: [987654]}\n")
    followed.look()
    (broken,) = followed.tenants.broken_files
    assert broken.message.endswith("tenant.secret: is wrong; oifde-simulator check says how")


def test_the_file_that_loses_its_tenant_to_another_is_told_of(folder: Path) -> None:
    (folder / "more.yaml").write_text("tenant: {id: acme}\n")
    followed = Followed(folder)
    assert followed.broken() == ["acme.yaml"]
    (folder / "more.yaml").write_text(ONE)
    followed.look()
    assert (followed.names(), followed.broken()) == (["acme", "more"], [])


def test_an_empty_folder_waits_for_its_first_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = Followed(tmp_path)
    assert followed.names() == []
    assert "the first one is served when it comes" in caplog.text
    (tmp_path / "new").mkdir()
    (tmp_path / "new/acme.yaml").write_text(ONE)
    followed.look()
    assert followed.names() == ["acme"]


def test_the_banner_of_a_server_without_a_tenant_says_what_makes_one(tmp_path: Path) -> None:
    followed = Followed(tmp_path)
    settings = Settings(scenarios=(tmp_path,), watch=True, no_bundled=True)
    lines = immediate(
        banner(followed.tenants, settings, data_url="http://d", control_url="http://c", authority=False)
    )
    assert "There is no tenant yet: the first scenario file makes one." in lines


def test_a_path_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        Followed(tmp_path / "acme.yaml")


def test_another_name_for_a_scenario_that_comes_later_waits_for_it(tmp_path: Path) -> None:
    followed = Followed(tmp_path, tenant=(("ours", "acme"),))
    (tmp_path / "acme.yaml").write_text(ONE)
    followed.look()
    assert followed.names() == ["acme", "ours"]


def test_json_of_others_beside_scenarios_is_left_out(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "request.json").write_text('{"userMobile": "18000000001"}')
    followed = Followed(folder)
    assert (followed.names(), followed.broken()) == (["acme"], [])
    assert f"{folder}/request.json: left out: looks like a request, not a scenario" in caplog.messages
    (folder / "more.json").write_text('{"sessions": {"users": {"18000000001": 3}}}')
    followed.look()
    assert followed.users("more") == {"18000000001": 3}


# Files that cannot be read


def dangle(path: Path) -> None:
    path.symlink_to("nowhere.yaml")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def loop_of_two(path: Path) -> None:
    path.symlink_to(path.with_name(".other"))
    path.with_name(".other").symlink_to(path.name)


UNREADABLE = {
    "dangling": (dangle, "No such file or directory"),
    "loop": (loop, "Too many levels of symbolic links"),
    "loop of two": (loop_of_two, "Too many levels of symbolic links"),
}


@pytest.mark.parametrize("at_start", [True, False], ids=["at the start", "later"])
@pytest.mark.parametrize(("put", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_link_that_leads_nowhere_is_told_once_and_served_when_it_is_mended(
    folder: Path, caplog: pytest.LogCaptureFixture, put: Any, why: str, at_start: bool
) -> None:
    path = folder / "more.yaml"
    if at_start:
        put(path)
    followed = Followed(folder)
    if not at_start:
        put(path)
    for _ in range(3):
        followed.look(GRACE)
    assert (followed.names(), followed.broken()) == (["acme"], ["more.yaml"])
    told = [message for message in caplog.messages if "more.yaml" in message]
    expected = f"{path}: cannot be read: {why}; expected a scenario file, or a folder of them"
    assert told == [f"{path}: not loaded, it is not served:\n{expected}"]
    assert followed.tenants.broken_files[0].message == expected
    path.unlink()
    path.write_text(TWO)
    followed.look()
    assert (followed.names(), followed.broken()) == (["acme", "more"], [])


def test_a_link_that_stays_broken_is_forgotten_with_its_removal(folder: Path) -> None:
    dangle(folder / "more.yaml")
    followed = Followed(folder)
    (folder / "more.yaml").unlink()
    followed.look()
    followed.look(GRACE)
    assert followed.broken() == []


def test_a_link_whose_target_goes_keeps_the_last_good_scenario(tmp_path: Path) -> None:
    (tmp_path / "there").write_text(TWO)
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "acme.yaml").symlink_to(tmp_path / "there")
    followed = Followed(folder)
    epoch = followed.epoch()
    (tmp_path / "there").rename(tmp_path / "away")
    followed.look()
    followed.look(GRACE)
    assert (followed.users(), followed.broken()) == ({"18000000001": 2}, ["acme.yaml"])
    (tmp_path / "away").rename(tmp_path / "there")
    followed.look()
    assert (followed.epoch(), followed.broken()) == (epoch, [])


@pytest.mark.parametrize("call", ["stat", "lstat"])
def test_files_that_the_system_does_not_show_are_told_each(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "more.yaml").write_text(ONE)

    def refusing(real: Any) -> Any:
        def look(path: Any, **options: Any) -> os.stat_result:
            if os.fspath(path).endswith("more.yaml"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            result: os.stat_result = real(path, **options)
            return result

        return look

    def closed(self: Path, mode: str) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(finding.os, "stat", refusing(os.stat))
        if call == "lstat":
            patch.setattr(finding.os, "lstat", refusing(os.lstat))
        patch.setattr(Path, "open", closed)
        followed = Followed(folder, folder)
        assert followed.broken() == ["acme.yaml", "more.yaml", "more.yaml"]
    (folder / "b" / "more.yaml").unlink()
    followed.look()
    assert followed.names() == ["acme", "more"]


# Tenants whose file was never good


BROKEN = "clock: yesterday\n"


def ask(followed: Followed, **fields: str) -> Exchange:
    body = json.dumps({"authToken": "x", "userMobile": "1", **fields}).encode()
    return immediate(followed.pipeline.handle(Request("POST", QUERY, {}, body)))


@pytest.mark.parametrize(
    ("file", "text", "tenant"),
    [
        ("edge.yaml", BROKEN, "edge"),
        ("edge.yaml", "]", "edge"),
        ("x.yaml", "tenant: {id: edge}\n" + BROKEN, "edge"),
        ("x.json", '{"tenant": {"id": "edge"}, "clock": 1', "edge"),
        ("edge.yaml", BROKEN, "ours"),
    ],
)
def test_a_request_for_a_tenant_that_was_never_good_is_noted_with_its_file(
    folder: Path, caplog: pytest.LogCaptureFixture, file: str, text: str, tenant: str
) -> None:
    (folder / file).write_text(text)
    followed = Followed(folder, tenant=(("ours", "edge"),))
    exchange = ask(followed, tenantId=tenant)
    (note,) = exchange.notes
    assert note.startswith(f'tenant "{tenant}" is not served: its file is broken: {folder}/{file}:')
    assert note in caplog.text
    assert b"broken" not in exchange.response.body
    assert exchange.honest.fields["errorCode"] == 900002
    (folder / file).write_text("tenant: {id: edge}\n" if file == "x.yaml" else "{}")
    (folder / file).rename(folder / "edge.yaml")
    followed.look()
    followed.look(GRACE)
    assert ask(followed, tenantId=tenant).tenant == tenant


def test_a_tenant_that_was_good_and_one_that_has_no_file_are_noted_with_none(folder: Path) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    followed = Followed(folder)
    (folder / "acme.yaml").write_text(BROKEN)
    followed.look()
    assert [ask(followed, tenantId=name).notes for name in ("acme", "nobody")] == [(), ()]


def test_a_download_by_the_key_of_such_a_tenant_is_noted_too(folder: Path) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    followed = Followed(folder, recordings_tenant="edge")
    body = json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": "x"}}).encode()
    for key in ("edge", "another"):
        asked = Request("POST", DOWNLOAD, {"Authorization": f"auth-v2/{key}/a/b/c"}, body)
        exchange = immediate(followed.pipeline.handle(asked))
        assert exchange.response.status == 401
        assert [note.partition(" is broken")[0] for note in exchange.notes] == [
            'tenant "edge" is not served: its file'
        ]


@pytest.mark.parametrize("option", ["tenantless", "settings_from", "recordings_tenant"])
def test_an_option_may_name_a_tenant_whose_file_is_broken(
    folder: Path, caplog: pytest.LogCaptureFixture, option: str
) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    followed = Followed(folder, **{option: "edge"})
    assert (followed.names(), followed.broken()) == (["acme"], ["edge.yaml"])
    named = "--" + option.replace("_", "-")
    assert f"{named} edge: not served until {folder}/edge.yaml is mended" in caplog.messages
    (folder / "edge.yaml").write_text("tenant: {secret: a}\n")
    followed.look()
    assert followed.broken() == []
    nameless = ask(followed)
    assert nameless.tenant == ("edge" if option == "tenantless" else "")


def test_a_request_without_a_tenant_is_noted_with_the_broken_file_of_tenantless(folder: Path) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    exchange = ask(Followed(folder, tenantless="edge"))
    assert exchange.notes[0].startswith('tenant "edge" is not served: its file is broken: ')
    assert exchange.honest.fields["errorCode"] == 10000002


@pytest.mark.parametrize("watch", [True, False])
def test_an_option_that_names_nobody_stops_the_start_as_before(folder: Path, watch: bool) -> None:
    text = "--tenantless edge: there is no tenant edge"
    (folder / "other.yaml").write_text(BROKEN if watch else ONE)
    with pytest.raises(ValueError, match=text):
        serve.create(
            Settings(scenarios=(folder,), no_bundled=True, watch=watch, tenantless="edge", tls="off")
        )


def test_without_watch_a_broken_file_stops_the_start(folder: Path) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    settings = Settings(scenarios=(folder,), no_bundled=True, tenantless="edge", tls="off")
    with pytest.raises(ValueError, match=r"edge\.yaml:1:8: clock"):
        serve.create(settings)


def test_a_server_starts_with_watch_though_the_tenant_of_an_option_is_broken(folder: Path) -> None:
    (folder / "edge.yaml").write_text(BROKEN)
    settings = Settings(
        scenarios=(folder,), no_bundled=True, watch=True, tenantless="edge", recordings_tenant="edge",
        tls="off",
    )  # fmt: skip
    simulator, _ = serve.create(settings)
    assert [Path(each.file).name for each in simulator.tenants.broken_files] == ["edge.yaml"]
