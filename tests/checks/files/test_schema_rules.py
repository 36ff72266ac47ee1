"""Each rule of a schema is told by its own name, and holds for what it allows; surprises of YAML are named by their path."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

RULES = {
    "type": ('"type": "boolean"', "1", "true"),
    "enum": ('"enum": [1, 2]', "3", "2"),
    "const": ('"const": 1', "2", "1"),
    "required": ('"required": ["a"]', "{}", '{"a": 1}'),
    "pattern": ('"pattern": "^a"', '"b"', '"ab"'),
    "minimum": ('"minimum": 1', "0", "1"),
    "maximum": ('"maximum": 1', "2", "1"),
    "exclusiveMinimum": ('"exclusiveMinimum": 1', "1", "2"),
    "exclusiveMaximum": ('"exclusiveMaximum": 1', "1", "0"),
    "minLength": ('"minLength": 2', '"a"', '"ab"'),
    "maxLength": ('"maxLength": 1', '"ab"', '"a"'),
    "minItems": ('"minItems": 1', "[]", "[1]"),
    "maxItems": ('"maxItems": 1', "[1, 2]", "[1]"),
    "minProperties": ('"minProperties": 1', "{}", '{"a": 1}'),
    "maxProperties": ('"maxProperties": 1', '{"a": 1, "b": 2}', '{"a": 1}'),
    "uniqueItems": ('"uniqueItems": true', "[1, 1]", "[1, 2]"),
    "additionalProperties": ('"properties": {"a": {}}, "additionalProperties": false', '{"b": 1}', '{"a": 1}'),
    "anyOf": ('"anyOf": [{"type": "array"}, {"type": "string"}]', "1", '"a"'),
    "oneOf": ('"oneOf": [{"type": "integer"}, {"minimum": 0}]', "1", "-1"),
}
INSIDE = {
    "allOf": ('"allOf": [{}, {"type": "string"}]', "1", '"a"'),
    "items": ('"items": {"type": "string"}', "[1]", '["a"]'),
    "patternProperties": ('"patternProperties": {"^a": {"type": "string"}}', '{"ab": 1}', '{"ab": "x", "b": 1}'),
}


def told(folder, schema, value):
    """The messages over one value and its schema."""
    table = '[tool.integrity.checks.files.schemas]\n"value.json" = "schema.json"\n'
    files = {"pyproject.toml": table, "schema.json": f"{{{schema}}}", "value.json": value}
    return [finding.message for finding in examined(write(folder, files)) if finding.code == "SRC105"]


@pytest.mark.parametrize("rule", RULES)
def test_rule_is_told_by_its_name_and_allows_what_it_should(tmp_path, rule):
    """A rule that nobody knows would be refused in other words."""
    schema, wrong, right = RULES[rule]

    (message,) = told(tmp_path / "wrong", schema, wrong)

    assert rule in message
    assert told(tmp_path / "right", schema, right) == []


@pytest.mark.parametrize("rule", INSIDE)
def test_rule_around_others_tells_of_the_inner_one(tmp_path, rule):
    """Which is what to mend."""
    schema, wrong, right = INSIDE[rule]

    (message,) = told(tmp_path / "wrong", schema, wrong)

    assert "type" in message
    assert rule not in message
    assert told(tmp_path / "right", schema, right) == []


def test_surprise_is_named_by_its_path(tmp_path):
    """The finding stays the same when lines move."""
    text = "names:\n  de: Ja\n  en: Yes, please\n  no: Nei\n"

    assert [each.entry for each in examined(write(tmp_path, {"pyproject.toml": "", "a.yaml": text}))] == [
        "names.no: no"
    ]
    assert [
        each.entry for each in examined(write(tmp_path, {"a.yaml": text.replace("names:\n", "").replace("  ", "")}))
    ] == ["no: no"]


def test_workflow_has_words_of_its_own(tmp_path):
    """Nothing in a file of .github is taken for a language."""
    text = "on: push\njobs:\n  de: {}\n  en: {}\n  no: {}\n"

    assert examined(write(tmp_path, {"pyproject.toml": "", ".github/workflows/a.yml": text})) == []


@pytest.mark.parametrize(("text", "line"), [('{"a": 1, // why\n"b": 2,}\n', None), ('{"a": 1, // why\n"b": \n', 3)])
def test_json_that_may_have_comments_has_to_parse_all_the_same(tmp_path, text, line):
    """What its own readers refuse is told with its line."""
    table = '[tool.integrity.checks.files]\ninclude = ["tsconfig.json"]\n'

    found = [
        each
        for each in examined(write(tmp_path, {"pyproject.toml": table, "tsconfig.json": text}))
        if each.code == "SRC104"
    ]

    assert [each.places[0].line for each in found] == ([line] if line else [])
