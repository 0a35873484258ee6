"""Work in steps: what it returns, and how many steps it takes."""

from __future__ import annotations

from oifde_simulator.stepwise import Steps, complete, mapped, selected


def test_all_steps_at_once_give_the_result() -> None:
    assert complete(selected(range(5), lambda number: number % 2 == 0)) == [0, 2, 4]
    assert complete(mapped("ab", str.upper)) == ["A", "B"]


def test_each_item_is_a_step() -> None:
    asked: list[int] = []

    def odd(number: int) -> bool:
        asked.append(number)
        return bool(number % 2)

    steps: Steps[list[int]] = selected(range(3), odd)
    counts = [len(asked) for _ in steps]
    assert counts == [1, 2, 3]
