"""`serve --watch`: what counts as a change, what is broken, and what is away for a moment."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.reload import watched_files
from oifde_simulator.runtime.reload.file_snapshot import DOUBT, GRACE
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.tenants import Tenants

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
        self.tenants = Tenants(self.watcher.scenarios, seed="0", error_status=200)
        self.tenants.broken_files = self.watcher._broken()

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
