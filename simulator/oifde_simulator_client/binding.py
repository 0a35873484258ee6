"""Blocking methods, made from operations.

Rule: an operation is written once, in `operations/`; a method has its signature and its docstring.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from oifde_simulator_client.call import Progress, Steps
from oifde_simulator_client.errors import ControlError, hides_frames
from oifde_simulator_client.transport.blocking import Transport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

P = ParamSpec("P")
T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., Any])

RESULTS = ("Generator[Call[Any], Any, ", "Call[")
"""Annotations of an operation around the type of its result."""


def blocking(operation: Callable[P, Steps[T]]) -> Callable[Concatenate[Any, P], T]:
    """Make a blocking method from an operation."""

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = self._run(operation(*args, **kwargs))
        return found

    return describe(method, operation)


def blocking_of_tenant(
    operation: Callable[Concatenate[str, P], Steps[T]],
) -> Callable[Concatenate[Any, P], T]:
    """Make a blocking method from an operation whose first argument is the object's tenant."""

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = self._run(operation(self._tenant, *args, **kwargs))
        return found

    return describe(method, operation, bound=1)


def blocking_filter(operation: Callable[P, Steps[T]]) -> Callable[Concatenate[Any, P], T]:
    """Make a blocking method from an operation with a filter, to which the object's tenant is added."""

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        kwargs["tenant"] = self._tenant
        found: T = self._run(operation(*args, **kwargs))
        return found

    return describe(method, operation)


def describe(method: Method, operation: Callable[..., Any], bound: int = 0) -> Method:
    """Give a method the name, docstring and signature of its operation, without `bound` parameters."""
    given = inspect.signature(operation)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    parameters = [own, *list(given.parameters.values())[bound:]]
    result = _result(str(given.return_annotation))
    described: Any = method
    described.__signature__ = given.replace(parameters=parameters, return_annotation=result)
    described.__annotations__ = {
        **{each.name: each.annotation for each in parameters[1:]},
        "return": result,
    }
    described.__name__, described.__doc__ = operation.__name__, operation.__doc__
    described.__qualname__, described.__module__ = operation.__qualname__, operation.__module__
    return method


def _result(annotation: str) -> str:
    for prefix in RESULTS:
        if annotation.startswith(prefix):
            return annotation.removeprefix(prefix).removesuffix("]")
    return annotation


def run(transport: Transport, steps: Steps[T]) -> T:
    """Perform each call of `steps` and return their result."""
    progress = Progress(steps)
    while call := progress.call:
        try:
            reply = transport.request(call.method, call.path, call.body, extra_timeout=call.extra_timeout)
        except ControlError as error:
            progress.fail(error)
        else:
            progress.reply(reply)
    return progress.result
