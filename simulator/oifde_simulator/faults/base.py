"""Base class of faults, the context they are given, and the error for wrong settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Script


class FaultError(ValueError):
    """Error in the settings of a fault."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        """Keep the path from the item to the wrong setting, such as `("latency", "uniform", "min")`."""
        super().__init__(message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class FaultContext:
    """Request-dependent facts that a fault may use beside the script."""

    random: KeyedRandom
    """Random numbers of this fault, keyed by seed, rule, match count and position in the chain."""
    elapsed: float
    """Seconds of the tenant's clock since load or reset."""
    begun: float = 0.0
    """The same for when the rule's window opened, this time; for a rule added later, when it was added."""


class Fault(ABC):
    """One way to spoil an answer. A subclass is a frozen dataclass whose fields are its settings.

    A fault is a pure function of script and context. A script without anything to spoil, such as the
    answer to HEAD for a fault of the body, is returned as it is.
    """

    __slots__ = ()

    fault_name: ClassVar[str]
    """Name in scenarios."""
    fault_schema: ClassVar[Mapping[str, Any]]
    """JSON Schema of the value that a scenario may write; `x-main` is the setting that a scalar sets,
    `x-share` the one that a share sets."""
    timing_only: ClassVar[bool]
    """Promise that only waits are added: all bytes and the end of the connection stay."""

    @property
    def reads_clock(self) -> bool:
        """Whether the time decides what it changes."""
        return False

    @property
    def reads_body(self) -> bool:
        """Whether the bytes of the body decide if it changes anything, and not their number alone."""
        return False

    @abstractmethod
    def rewrite(self, script: Script, context: FaultContext, /) -> Script:
        """Return the spoiled script."""
