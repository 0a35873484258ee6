"""Binding of a host: each address that this machine has, all under one number."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from oifde_simulator.web.data_plane.sockets import binding, listening_sockets
from serving import needs_ipv6

BOTH = ["127.0.0.1", "::1"]


@contextmanager
def bound(host: str, port: int = 0) -> Iterator[list[tuple[str, int]]]:
    """Bind a host until the end of the block; the addresses and numbers."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in binding.bind(host, port)]
        yield [each.getsockname()[:2] for each in sockets]


def refuse_bind(
    monkeypatch: pytest.MonkeyPatch, refusal: Callable[[str, int], int], made: list[Any] | None = None
) -> None:
    """Have sockets refuse to bind with the error number that `refusal` tells of an address; 0 is none."""

    class Refusing(socket.socket):
        def bind(self, address: Any) -> None:
            if made is not None:
                made.append(self)
            if number := refusal(*address[:2]):
                raise OSError(number, "refused")
            super().bind(address)

    monkeypatch.setattr(binding.socket, "socket", Refusing)


@needs_ipv6
@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1"])
def test_this_machine_is_both_families_under_one_number(host: str) -> None:
    for _ in range(20):
        with bound(host) as found:
            assert [address for address, _ in found] == BOTH
            assert len({number for _, number in found}) == 1
            number = found[0][1]
    with bound(host, number) as found:
        assert found == [(address, number) for address in BOTH]


@pytest.mark.parametrize("host", ["127.0.0.2", "0.0.0.0", pytest.param("::1", marks=needs_ipv6), ""])
def test_any_other_address_is_only_itself(host: str) -> None:
    with bound(host) as found:
        assert [address for address, _ in found] == [host or "0.0.0.0"]


@needs_ipv6
def test_a_number_that_is_taken_at_the_other_address_is_given_up_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []
    made: list[socket.socket] = []

    def refusal(address: str, number: int) -> int:
        if address == "::1":
            tried.append(number)
        return errno.EADDRINUSE if address == "::1" and len(tried) < 4 else 0

    refuse_bind(monkeypatch, refusal, made)
    with bound("localhost") as found:
        assert found == [("127.0.0.1", tried[-1]), ("::1", tried[-1])]
    assert len(tried) == 4
    assert all(each.fileno() == -1 for each in made)


def test_where_no_number_is_free_at_both_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    refuse_bind(monkeypatch, lambda address, _: errno.EADDRINUSE if address == "::1" else 0, made)
    with pytest.raises(OSError, match=r"cannot listen on localhost:0: the port is in use"):
        binding.bind("localhost", 0)
    assert len(made) == 2 * binding.ATTEMPTS
    assert all(each.fileno() == -1 for each in made)


LACKING = {
    "no address": errno.EADDRNOTAVAIL,
    "no protocol": errno.EAFNOSUPPORT,
}


@pytest.mark.parametrize("number", LACKING.values(), ids=LACKING)
@pytest.mark.parametrize("port", [0, 1])
def test_a_machine_of_one_family_goes_on_with_it(
    number: int, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refuse_bind(monkeypatch, lambda address, _: number if address == "::1" else 0)
    with bound("localhost", port and free_number()) as found:
        assert [address for address, _ in found] == ["127.0.0.1"]
    assert not caplog.messages


@needs_ipv6
def test_a_machine_without_ipv4_goes_on_with_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_bind(monkeypatch, lambda address, _: errno.EADDRNOTAVAIL if address == "127.0.0.1" else 0)
    with bound("localhost") as found:
        assert [address for address, _ in found] == ["::1"]


def free_number() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@needs_ipv6
def test_another_program_at_the_second_address_is_left_alone_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        number = other.getsockname()[1]
        with bound("localhost", number) as found:
            assert found == [("127.0.0.1", number)]
    assert caplog.messages == [
        f"not listening on [::1]:{number}: another program is, and clients may meet it; choose another port"
    ]


@needs_ipv6
def test_another_program_at_the_first_address_is_an_error_and_the_second_is_not_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on localhost:{number}: the port is in use"):
            binding.bind("localhost", number)
        socket.create_server(("::1", number), family=socket.AF_INET6).close()


def test_a_name_is_all_of_its_addresses_that_are_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = ["127.0.0.2", "192.0.2.1", "127.0.0.3", "127.0.0.2"]
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in listed]
    monkeypatch.setattr(binding.socket, "getaddrinfo", lambda *_, **__: answers)
    with bound("machine.test") as found:
        assert [address for address, _ in found] == ["127.0.0.2", "127.0.0.3"]


def test_a_host_of_another_machine_is_told_with_the_first_error() -> None:
    with pytest.raises(
        OSError, match=r"cannot listen on 192\.0\.2\.1:0: .*; choose an address of this machine"
    ):
        binding.bind("192.0.2.1", 0)


class Listen:
    """Listener that finds the numbers of its first `busy` calls taken."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.tried: list[int] = []

    async def __call__(self, bound: list[socket.socket]) -> int:
        number = int(bound[0].getsockname()[1])
        for one in bound:
            one.close()
        self.tried.append(number)
        if len(self.tried) <= self.busy:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return number


async def test_a_number_that_another_program_listens_on_in_between_is_given_up_for_another() -> None:
    listen = Listen(busy=3)
    assert await binding.bind_and_listen("localhost", 0, listen, option="--port") == listen.tried[-1]
    assert len(listen.tried) == 4


@pytest.mark.parametrize("option", ["--port", "--control-port"])
async def test_the_search_for_a_number_to_listen_on_ends_with_what_to_do(option: str) -> None:
    listen = Listen(busy=10**6)
    with pytest.raises(OSError, match=f"cannot listen on localhost:0: the port is in use; .* {option}, "):
        await binding.bind_and_listen("localhost", 0, listen, option=option)
    assert len(listen.tried) == binding.ATTEMPTS


async def test_a_number_that_was_asked_for_is_not_changed() -> None:
    listen, number = Listen(busy=10**6), free_number()
    with pytest.raises(OSError, match=f"cannot listen on localhost:{number}: the port is in use"):
        await binding.bind_and_listen("localhost", number, listen, option="--port")
    assert listen.tried == [number]


async def test_any_other_error_of_listening_is_as_it_is() -> None:
    async def listen(bound: list[socket.socket]) -> None:
        for one in bound:
            one.close()
        raise PermissionError(errno.EACCES, "no")

    with pytest.raises(PermissionError):
        await binding.bind_and_listen("localhost", 0, listen, option="--port")


@needs_ipv6
def test_sockets_that_keep_their_ports_are_all_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    bound, made = binding.bind("localhost", 0), list[socket.socket]()
    refuse_bind(monkeypatch, lambda address, _: errno.EADDRINUSE if address == "::1" else 0, made)
    with pytest.raises(OSError, match="refused"):
        listening_sockets.keep_ports(bound)
    assert len(made) == 2
    assert all(each.fileno() == -1 for each in [*bound, *made])
