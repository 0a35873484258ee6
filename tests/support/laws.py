"""Laws that are checked with few drawn examples every day, and with many in the slow tests."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Law = Callable[..., None]
EXAMPLES = Parameter("examples", Parameter.POSITIONAL_OR_KEYWORD)


def law(*drawn: st.SearchStrategy[Any], few: int, many: int = 100, **named: Any) -> Callable[[Law], Law]:
    """Check a test with `few` examples of strategies, as `given` does, and with `many` as a slow test."""

    def decorate(test: Law) -> Law:
        checks = {count: settings(max_examples=count)(given(*drawn, **named)(test)) for count in (few, many)}

        def check(examples: int, **others: Any) -> None:
            checks[examples](**others)

        check.__name__, check.__doc__, check.__module__ = test.__name__, test.__doc__, test.__module__
        # pytest reads here which fixtures and parameters there are beside the drawn values.
        others = signature(checks[few]).parameters.values()
        check.__signature__ = Signature([EXAMPLES, *others])  # type: ignore[attr-defined]
        counts = [few, pytest.param(many, marks=pytest.mark.slow)]
        return pytest.mark.parametrize("examples", counts, ids="{} examples".format)(check)

    return decorate
