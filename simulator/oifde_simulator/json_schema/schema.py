"""Validates by JSON Schema: jsonschema-rs decides, jsonschema explains. No other room imports either.

A compiled schema decides in less than a microsecond, or in a few with formats. Only a refused value is walked
by the pure Python validator, for its messages. Where few keywords will do, `plain_predicate.py` decides and
`plain_walk.py` explains: the start and the honest requests of a server need neither of those packages.
`tests/json_schema/test_schema.py` holds the two to one verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from oifde_simulator.json_schema.backtracking import BacktrackingPredicate
from oifde_simulator.json_schema.plain_pattern import plain_pattern
from oifde_simulator.json_schema.plain_predicate import plain_predicate
from oifde_simulator.json_schema.plain_walk import PlainWalk
from oifde_simulator.json_schema.regex import explicit_dots
from oifde_simulator.json_schema.violation import JSON, Violation

__all__ = ["JSON", "Schema", "Violation", "pattern"]


class Schema:
    """One compiled JSON Schema (draft 2020-12)."""

    def __init__(
        self,
        document: dict[str, JSON],
        *,
        resources: Mapping[str, dict[str, JSON]] | None = None,
        formats: Mapping[str, Callable[[str], bool]] | None = None,
        backtracks: int | None = None,
        largest_pattern: int | None = None,
        patterns: int = 0,
    ) -> None:
        """Compile a schema. Raises ValueError for a document that is not one.

        `resources` maps URIs that the document refers to onto schemas; a reference to any other URI is an
        error, since nothing is fetched. `formats` are predicates on strings for the keyword `format`. A
        pattern that needs more than `backtracks` backtracking steps does not match, nor one of `patterns`
        that needs more than the length of a value leaves it; a pattern of more than `largest_pattern` bytes
        when compiled is an error.
        """
        self.document = document
        self._resources = dict(resources or {})
        self._formats = dict(formats or {})
        self._largest_pattern = largest_pattern
        self._backtracks = backtracks
        plain = None if resources else plain_predicate(document, self._formats, patterns=backtracks is None)
        self.accepts: Callable[[JSON], bool] = plain or self._predicate(self._pattern_options(backtracks))
        """Predicate that tells whether a value of JSON types fits."""
        self.backtracks = patterns > 0 and not self._is_linear()
        """True if a pattern needs backtracking, so that its work does not only grow with the value."""
        if self.backtracks and backtracks is not None:
            self.accepts = BacktrackingPredicate(self._with_steps, patterns, backtracks)

    def _pattern_options(self, steps: int | None) -> Any:
        import jsonschema_rs  # 10 MiB, and most servers never need it

        return jsonschema_rs.FancyRegexOptions(steps, self._largest_pattern)

    def _predicate(self, options: Any) -> Callable[[JSON], bool]:
        import jsonschema_rs

        known = list(self._resources.items())
        return jsonschema_rs.Draft202012Validator(
            self.document,
            formats=self._formats,
            validate_formats=True,
            registry=jsonschema_rs.Registry(known, retriever=_refuse) if known else None,
            retriever=_refuse,
            pattern_options=options,
        ).is_valid

    def _with_steps(self, steps: int) -> Callable[[JSON], bool]:
        return self._predicate(self._pattern_options(steps))

    def _is_linear(self) -> bool:
        """Check that the engine that never steps back takes all patterns."""
        import jsonschema_rs

        try:
            self._predicate(jsonschema_rs.RegexOptions(self._largest_pattern))
        except Exception:  # noqa: BLE001  jsonschema-rs raises errors of several kinds
            return False
        return True

    def explain(self, value: JSON, most: int | None = None) -> list[Violation]:
        """List the violations of a value, or the first `most` found, outermost first; empty if it fits.

        The value must have a modest depth, since the walk is recursive.
        """
        if self._plain_walk is None:
            return self._explain_by_jsonschema(value, most)
        found = self._plain_walk.violations(value)[:most]
        return found if len(found) < 2 else sorted(found, key=_place_and_message)

    @cached_property
    def _plain_walk(self) -> PlainWalk | None:
        """Walk without jsonschema, where the keywords allow it."""
        walk = PlainWalk(self.document, self._formats, self._fits_pattern)
        return walk if not self._resources and walk.knows_all() else None

    def _explain_by_jsonschema(self, value: JSON, most: int | None = None) -> list[Violation]:
        found = islice(self._walker.iter_errors(value), most)
        errors = sorted(found, key=lambda e: ([str(p) for p in e.path], e.message))
        violations = [_violation(error) for error in errors]
        _release(errors)
        return violations

    @cached_property
    def _walker(self) -> Any:
        # Imported at the first refusal: slow to import, and most servers never need it.
        import jsonschema
        import referencing.jsonschema

        checker = jsonschema.FormatChecker(formats=())
        for name, accepts in self._formats.items():
            checker.checks(name)(_strings_only(accepts))
        draft = referencing.jsonschema.DRAFT202012
        empty: Any = referencing.Registry
        registry = empty(retrieve=_refuse).with_resources(
            (uri, draft.create_resource(dict(document))) for uri, document in self._resources.items()
        )
        validators: Any = jsonschema.validators
        walker = validators.extend(jsonschema.Draft202012Validator, {"pattern": self._pattern})
        return walker(self.document, format_checker=checker, registry=registry)

    def _pattern(self, _validator: Any, expression: str, value: JSON, _schema: Any) -> Iterator[Exception]:
        """Let jsonschema-rs decide the keyword `pattern` for the walker: the engines read `$` differently."""
        from jsonschema import ValidationError

        if not self._fits_pattern(expression, value):
            yield ValidationError(f"{value!r} does not match {expression!r}")

    def _fits_pattern(self, expression: str, value: JSON) -> bool:
        if self._backtracks is None and (fits := plain_pattern(expression)):
            return not isinstance(value, str) or bool(fits(value))
        import jsonschema_rs

        options = self._pattern_options(self._backtracks)
        decides = jsonschema_rs.Draft202012Validator({"pattern": expression}, pattern_options=options)
        return bool(decides.is_valid(value))


def pattern(expression: str, *, backtracks: int, largest: int | None = None) -> Callable[[str], bool]:
    """Compile a regular expression into a predicate that searches a text for it.

    A text that needs more than `backtracks` backtracking steps does not match, nor a long one that needs
    more than its length leaves it. Raises ValueError for an invalid expression, and for one of more than
    `largest` bytes when compiled.
    """
    document = {"pattern": explicit_dots(expression)}
    return Schema(document, backtracks=backtracks, patterns=1, largest_pattern=largest).accepts


def _refuse(uri: str) -> Any:
    raise LookupError(f"{uri}: nothing is fetched; copy what is wanted below $defs")


def _place_and_message(violation: Violation) -> tuple[list[str], str]:
    return [str(step) for step in violation.path], violation.message


def _strings_only(accepts: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or accepts(value)


def _violation(error: Any) -> Violation:
    return Violation(
        path=tuple(error.absolute_path),
        keyword=str(error.validator),
        expected=error.validator_value,
        found=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        message=str(error.message),
        alternatives=tuple(map(tuple, _alternatives(error).values())),
    )


def _release(errors: Iterable[Any]) -> None:
    """Break the circles of errors and their parents, which would hold the value until the next collection."""
    for error in errors:
        error.parent = None
        _release(error.context)


def _alternatives(error: Any) -> dict[int, list[Violation]]:
    found: dict[int, list[Violation]] = {}
    if error.validator in ("oneOf", "anyOf"):
        for each in error.context:
            found.setdefault(each.schema_path[0], []).append(_violation(each))
    return found
