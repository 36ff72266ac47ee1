"""Which files are examined, and how strictly."""

from __future__ import annotations

import sys

import pytest

from integrity.checks.files import cases
from integrity.checks.files.choice import Chosen, File
from integrity.checks.files.repeated import spoiled_yaml, yaml_repetitions
from integrity.checks.judging import case_id, result_of
from integrity.checks.model import CannotExamine
from integrity.checks.unit import allowances_of, unit_around
from tests.checks.harness import examined, write

DECLARED = "[tool.integrity.checks.files]\n"
TWICE = '{"a": 1, "a": 2}'


def codes(folder):
    return [(finding.code, finding.places[0].path) for finding in examined(folder)]


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "web/pnpm-lock.yaml",
        "tests/fixtures/plans.json",
        "shop/testdata/a.json",
        "vendor/x.json",
        "{{ name }}/a.json",
        "app.min.json",
        "notes.json.j2",
    ],
)
def test_file_that_nobody_reads_as_it_is_is_passed_over(tmp_path, path):
    """Lock files, test data, vendored files, templates by name."""
    assert codes(write(tmp_path, {path: TWICE})) == []


def test_declared_glob_is_examined_wherever_it_leads(tmp_path):
    """Also to test data, unless it is excluded."""
    table = f'{DECLARED}include = ["tests/**/*.json", "tests/data/*"]\nexclude = ["tests/wrong/*"]\n'
    write(
        tmp_path,
        {"pyproject.toml": table, "tests/data/a.json": TWICE, "tests/wrong/b.json": TWICE, "other.json": TWICE},
    )

    assert codes(tmp_path) == [("SRC101", "tests/data/a.json")]


def test_declared_glob_without_a_file_is_an_error(tmp_path):
    """A check that examined nothing is never green."""
    write(tmp_path, {"pyproject.toml": f'{DECLARED}include = ["config/*.json"]\n', "a.json": "{}"})

    assert [finding.code for finding in examined(tmp_path)] == ["VAC005"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("plans.json", "{]"),
        ("chart.yaml", "a: {{ .Values.a }}\n  b: c\n"),
        ("tsconfig.json", '{"a": 1, // why\n}'),
        ("template.toml", 'name = "{{ name }}"\n{% if x %}\n'),
        ("lines.json", '{"a": 1}\n{"a": 1}\n'),
        ("empty.json", ""),
        (".env.j2", "not a setting"),
        (".envrc", "use nix and this"),
    ],
)
def test_dialect_and_template_is_no_finding_undeclared(tmp_path, path, text):
    """Only what is surely wrong is told without a configuration."""
    assert codes(write(tmp_path, {path: text})) == []


@pytest.mark.parametrize(
    ("path", "text"), [("plans.json", "{]"), ("plans.yaml", "a: [\n"), ("plans.toml", "a ="), (".env", "A B")]
)
def test_declared_file_has_to_parse(tmp_path, path, text):
    """Whatever it is."""
    table = f'{DECLARED}include = ["plans.*", ".env"]\n'
    write(tmp_path, {"pyproject.toml": table, "plans.env": "A=1\n", ".env": "A=1\n", path: text})

    assert codes(tmp_path) == [("SRC104", path)]


@pytest.mark.parametrize("content", [b"A=\xff\n", b"A=1\nB=\x00\n", b"\xef\xbb\xbfA=1\n"])
def test_bytes_that_no_env_file_has_are_told(tmp_path, content):
    """Not UTF-8, a NUL, a byte order mark; and none of them is an exception."""
    (tmp_path / ".env").write_bytes(content)

    assert codes(tmp_path) == [("SRC104", ".env")]


def test_toml_that_is_not_utf8_is_told_with_its_line(tmp_path):
    """The parser itself would only say at which byte."""
    (tmp_path / "shop.toml").write_bytes(b"a = 1\nb = '\xff'\n")

    (finding,) = examined(tmp_path)

    assert str(finding.places[0]) == "shop.toml:2"


def test_files_that_are_not_utf8_or_unreadable_are_no_exception(tmp_path):
    """Each kind is looked at as far as it can be."""
    for name in ("a.json", "b.yaml", "c.yml"):
        (tmp_path / name).write_bytes(b'\xff\xfe{"a": 1}')
    (tmp_path / "d.json").symlink_to(tmp_path / "nowhere.json")

    assert codes(tmp_path) == []


def test_enormous_file_is_passed_over_and_said(tmp_path):
    """What is larger than two megabytes was written by a program."""
    write(tmp_path, {"big.json": '{"a": "' + "x" * 2_000_000 + '", "a": 1}'})
    unit = unit_around(str(tmp_path / "x"))

    notes = [note for case in cases(unit, None) for note in case.check.judge(case.load()).notes]

    assert notes == ["big.json is larger than 2 MB and was not examined"]


def test_many_keys_are_looked_at_in_a_moment(tmp_path):
    """10⁵ keys of a mapping, none of them twice, and one variable 20 000 times."""
    lines = [f"key_{number}: {number}" for number in range(100_000)]
    write(tmp_path, {"many.yaml": "\n".join(lines) + "\n", "twice.env": "A=1\n" * 20_000})

    assert codes(tmp_path) == [("SRC103", "twice.env")]


def test_equal_values_are_a_warning(tmp_path):
    """Nothing is lost, but one line says nothing."""
    write(tmp_path, {".env": "A=1\nA=1\nB=1\nB=2\n"})

    assert [(finding.entry, finding.level) for finding in examined(tmp_path)] == [("A", "warning"), ("B", "error")]


def test_values_of_env_files_are_never_shown(tmp_path):
    """Neither of a variable that stands twice nor of a line that is none."""
    write(tmp_path, {".env": "TOKEN=hunter2\nTOKEN=hunter3\nTOKEN hunter4\n"})

    assert "hunter" not in repr(examined(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "on: push\nversion: 1.0\nports: ['22:22', 8080:80]\n",
        "enabled: yes\nflags: [yes, no]\n",
        "api-version: 2.10.0\nquoted-version: '3.10'\nratio: 3.10\n",
        "start: 08:30\nmode: 0644\n",
        "en: a\nno: b\n",
    ],
)
def test_value_that_may_be_meant_is_no_surprise(tmp_path, text):
    """Without a declaration."""
    assert codes(write(tmp_path, {"a.yaml": text})) == []


def test_declared_files_tell_numbers_that_look_like_texts(tmp_path):
    """Times that count in sixties and octal numbers, but no modes of files."""
    write(tmp_path, {"pyproject.toml": DECLARED, "a.yaml": "start: 12:30\nzip: 01234\nfile_mode: 0644\nstop: 08:30\n"})

    assert [finding.entry for finding in examined(tmp_path)] == ["start: 12:30", "zip: 01234"]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ('"type": ["integer", "null"]', '"x"'),
        ('"enum": [1, 2]', "3"),
        ('"const": 1', "2"),
        ('"required": ["a"]', "{}"),
        ('"pattern": "^a"', '"b"'),
        ('"minimum": 1', "0"),
        ('"maximum": 1', "2"),
        ('"exclusiveMinimum": 1', "1"),
        ('"exclusiveMaximum": 1', "1"),
        ('"minLength": 2', '"a"'),
        ('"maxLength": 0', '"a"'),
        ('"minItems": 1', "[]"),
        ('"maxItems": 0', "[1]"),
        ('"minProperties": 1', "{}"),
        ('"maxProperties": 0', '{"a": 1}'),
        ('"uniqueItems": true', "[1, 1]"),
        ('"properties": {"a": {"type": "string"}}', '{"a": 1}'),
        ('"properties": {"a": {}}, "additionalProperties": false', '{"b": 1}'),
        ('"patternProperties": {"^a": {"type": "string"}}', '{"ab": 1}'),
        ('"items": {"type": "string"}', "[1]"),
        ('"allOf": [{}, {"type": "string"}]', "1"),
        ('"anyOf": [{"type": "array"}, {"type": "string"}]', "1"),
        ('"oneOf": [{"type": "integer"}, {"minimum": 0}]', "1"),
        ('"$ref": "#/$defs/text", "$defs": {"text": {"type": "string"}}', "1"),
    ],
)
def test_rule_of_schema_is_held(tmp_path, rule, value):
    """Each of those that are known, and by the finding's name."""
    table = '[tool.integrity.checks.files.schemas]\n"value.json" = "schema.json"\n'
    write(tmp_path, {"pyproject.toml": table, "schema.json": f"{{{rule}}}", "value.json": value})

    assert "SRC105" in [finding.code for finding in examined(tmp_path)]


@pytest.mark.parametrize(
    "schema", ['{"if": {}}', '{"type": "text"}', "[]", "{", '{"$ref": "other.json"}', '{"$ref": "#"}']
)
def test_schema_that_is_not_understood_is_refused(tmp_path, schema):
    """It is never passed over."""
    table = '[tool.integrity.checks.files.schemas]\n"value.json" = "schema.json"\n'
    write(tmp_path, {"pyproject.toml": table, "schema.json": schema, "value.json": "{}"})

    assert [finding.code for finding in examined(tmp_path) if finding.entry == "value.json"] == ["SRC105"]


def test_schema_that_allows_all_cannot_fail(tmp_path):
    """Which is told."""
    table = '[tool.integrity.checks.files.schemas]\n"value.json" = "schema.json"\n'
    write(tmp_path, {"pyproject.toml": table, "schema.json": "{}", "value.json": '{"a": 1}'})

    assert [finding.code for finding in examined(tmp_path)] == ["VAC010"]


def test_every_declared_case_has_teeth(tmp_path):
    """Each finds something new in each of its spoiled copies."""
    files = {"a.json": '{"a": {"b": 1}}', "b.yaml": "a: 1\nb: {c: 2}\n", ".env": "A=1\n", "d.toml": "a = 1\n"}
    unit = unit_around(str(write(tmp_path, files) / "x"))

    results = [result_of(case, unit, allowances_of(unit), is_declared=True) for case in cases(unit, {})]

    assert [(case_id(result.case), result.findings) for result in results] == [
        ("files:duplicate-key-json", ()),
        ("files:duplicate-key-yaml", ()),
        ("files:duplicate-variable", ()),
        ("files:type-surprise", ()),
        ("files:invalid-file", ()),
    ]
    assert all(list(case.check.spoiled(case.load())) for case in cases(unit, {}))


@pytest.mark.parametrize("value", ['"text"', "null", "true", "[]", "{}", "7"])
def test_rules_of_schema_concern_only_values_of_their_kind(tmp_path, value):
    """A text has no minimum, and a number no length."""
    rules = (
        '"required": [], "pattern": "^text$", "minimum": 7, "maximum": 7, "minLength": 4, "maxLength": 4, "minItems": 0'
    )
    more = '"exclusiveMinimum": 6, "exclusiveMaximum": 8, "maxItems": 0, "maxProperties": 0, "minProperties": 0'
    rest = '"uniqueItems": true, "properties": {}, "items": {"type": "null"}'
    table = '[tool.integrity.checks.files.schemas]\n"value.json" = "schema.json"\n'
    write(tmp_path, {"pyproject.toml": table, "schema.json": f"{{{rules}, {more}, {rest}}}", "value.json": value})

    assert "SRC105" not in [finding.code for finding in examined(tmp_path)]


@pytest.mark.parametrize(("content", "line"), [(b"A=1\n\nB=\xff\n", 3), (b"A=1\nB=\x00\n", 2), (b"A=1\nB C\n", 2)])
def test_line_of_what_no_env_file_has_is_told(tmp_path, content, line):
    """Counted from one."""
    (tmp_path / ".env").write_bytes(content)

    assert [finding.places[0].line for finding in examined(tmp_path)] == [line]


def test_template_of_an_env_file_is_examined_where_it_is_declared(tmp_path):
    """Whoever declares it wants to know."""
    text = "A={{ a }}\nB C\n"
    assert codes(write(tmp_path, {".env.template": text})) == []

    write(tmp_path, {"pyproject.toml": f'{DECLARED}include = [".env.template"]\n'})
    assert codes(tmp_path) == [("SRC104", ".env.template")]


@pytest.mark.parametrize(
    ("path", "text"), [("a.json", "{]"), ("a.yaml", "a: 1\na: 2\nb: [\n"), ("b.yaml", "a: 22:22\nb: [\n")]
)
def test_file_that_does_not_parse_is_noted_and_not_counted(tmp_path, path, text):
    """Not as examined, by any of the checks of its kind."""
    write(tmp_path, {"pyproject.toml": "", path: text, "sound.json": "{}", "sound.yaml": "a: 1\n"})
    unit = unit_around(str(tmp_path / "pyproject.toml"))

    results = [result_of(case, unit, allowances_of(unit), is_declared=False) for case in cases(unit, None)]

    noted = [result for result in results if any(path in note for note in result.notes)]
    assert noted
    assert {(result.case.check.code, result.count) for result in noted} <= {("SRC101", 1), ("SRC102", 1), ("SRC106", 1)}
    assert {each for result in results for each in result.passed_over} == {path}


def test_only_what_is_looked_at_counts_as_examined(tmp_path):
    """That JSON and YAML parse is demanded only where they are declared."""
    write(tmp_path, {"pyproject.toml": "", "a.json": "{}", "b.yaml": "a: 1\n", "c.toml": "a = 1\n"})
    unit = unit_around(str(tmp_path / "pyproject.toml"))

    def counted(table):
        found = [case for case in cases(unit, table) if case.check.code == "SRC104"]
        return [case.check.judge(case.load()).count for case in found]

    assert (counted(None), counted({})) == ([2], [4])


def yaml_of(text):
    """One chosen YAML file."""
    return Chosen({"yaml": (File("a.yaml", text.encode()),)}, is_declared=True)


@pytest.mark.parametrize("text", ["- a\n- b\n", "- a: 1\n  b: 2\n", "  a: 1\n", "a: 1\n---\nb: 2\n", "a: [\n"])
def test_yaml_that_would_not_parse_any_more_is_not_spoiled(text):
    """A key cannot be written once more at its end: there is none, it is indented, another document follows."""
    assert list(spoiled_yaml(yaml_of(text))) == []


def test_spoiled_yaml_has_a_key_twice():
    """The first one of its outermost mapping, whatever its values are."""
    chosen = yaml_of("plans:\n  free: 0\nlimits: {}\n")

    assert [(each.code, each.entry) for copy in spoiled_yaml(chosen) for each in yaml_repetitions(copy).findings] == [
        ("SRC102", "plans")
    ]


def test_missing_parser_of_yaml_is_told_as_what_was_looked_for(monkeypatch):
    """By the code of repeated keys, in the file that looked as if it had some."""
    for name in ("ruamel", "ruamel.yaml", "yaml"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(CannotExamine) as caught:
        yaml_repetitions(yaml_of("a: 1\na: 2\n"))

    assert (caught.value.finding.code, caught.value.finding.places[0].path) == ("SRC102", "a.yaml")
