"""What a fault is: settings, and one verb that turns a script into a worse one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Script


class FaultError(ValueError):
    """A fault that cannot be made from what a scenario says."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        """`path` leads from the fault's item to the setting: `("latency", "uniform", "min")`."""
        super().__init__(message)
        self.path = path
        self.message = message


class Fault(ABC):
    """One way to spoil an answer; each is a frozen dataclass whose fields are its settings.

    A fault is a pure function of script, draw and elapsed time. A script that has nothing for it to
    spoil, such as the body of an answer to HEAD, it leaves as it is.
    """

    settings: ClassVar[Mapping[str, Any]]
    """JSON Schema of what a scenario may write as its value; `x-main` is the setting that a scalar means."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The fault with these settings: seconds, bytes and shares as numbers. Raises FaultError."""
        return cls(**values)

    @abstractmethod
    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:
        """The spoiled script; `elapsed` is seconds of the tenant's clock since load or reset."""
