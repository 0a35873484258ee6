"""A schema in a rule can refer only to itself: other references are errors, and nothing is fetched."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors


def complaints(schema: str) -> list[str]:
    """List the errors of a scenario that has this schema for `total` in line 2."""
    source = f"rules:\n- {{name: odd, match: {{response: {{total: {schema}}}}}, faults: [reset]}}\n"
    try:
        loader.loads(source.encode(), "a.yaml", "a")
    except ScenarioErrors as mistakes:
        return [str(error) for error in mistakes.errors]
    return []


# schema: where below rules[0].match.response.total, and the words of the message
REFUSED = {
    "{$ref: 'http://127.0.0.1:1/x'}": ("$ref", "is elsewhere"),
    "{$ref: 'file:///etc/hostname'}": ("$ref", "is elsewhere"),
    "{$ref: other.json}": ("$ref", "is elsewhere"),
    "{$ref: ''}": ("$ref", "is elsewhere"),
    "{not: {anyOf: [{$ref: 'http://127.0.0.1:1/x'}]}}": ("not.anyOf[0].$ref", "is elsewhere"),
    "{properties: {a: {$ref: 'http://127.0.0.1:1/x'}}}": ("properties.a.$ref", "is elsewhere"),
    "{$defs: {a: {$ref: 'http://127.0.0.1:1/x'}}}": ("$defs.a.$ref", "is elsewhere"),
    "{patternProperties: {a: {$ref: x}}}": ("patternProperties.a.$ref", "is elsewhere"),
    "{dependentSchemas: {a: {$ref: x}}}": ("dependentSchemas.a.$ref", "is elsewhere"),
    "{prefixItems: [{$ref: x}]}": ("prefixItems[0].$ref", "is elsewhere"),
    "{propertyNames: {$ref: x}}": ("propertyNames.$ref", "is elsewhere"),
    "{unevaluatedItems: {$ref: x}}": ("unevaluatedItems.$ref", "is elsewhere"),
    "{$dynamicRef: 'http://127.0.0.1:1/x'}": ("$dynamicRef", "no keyword is called"),
    "{$id: 'http://127.0.0.1:1/x'}": ("$id", "no keyword is called"),
    "{$schema: 'http://127.0.0.1:1/x'}": ("$schema", "no keyword is called"),
    "{properties: {a: {$id: 'http://127.0.0.1:1/x'}}}": ("properties.a.$id", "no keyword is called"),
    "{enum: [{$ref: 'http://127.0.0.1:1/x'}], $ref: '#/enum/0'}": ("", "nothing is fetched"),
    "{$ref: '#'}": ("", "refers to itself"),
}


@pytest.mark.parametrize("schema", REFUSED)
def test_a_reference_to_elsewhere_is_refused_where_it_stands(schema: str) -> None:
    place, told = REFUSED[schema]
    path = f"rules[0].match.response.total{'.' if place else ''}{place}: "
    found = [text for text in complaints(schema) if path in text and told in text]
    assert found
    assert all(text.startswith("a.yaml:2:") for text in found)


@pytest.mark.parametrize(
    "schema",
    [
        "{$ref: '#/$defs/few', $defs: {few: {maximum: 3}}}",
        "{const: 3}",
    ],
)
def test_a_reference_within_the_schema_is_good(schema: str) -> None:
    assert complaints(schema) == []
