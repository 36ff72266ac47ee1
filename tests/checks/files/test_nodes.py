"""YAML and JSON are read into nodes with lines, every key that is written among them."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.checks.files.repeated import may_repeat
from integrity.checks.sources.json import NotJson, has_repeated_keys, node_of
from integrity.checks.sources.node import mappings, walk
from integrity.checks.sources.yaml import NotYaml, documents, repeated_keys, value_of
from tests.checks.harness import REPOSITORY

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
SHOW = """
import sys
from integrity.checks.sources.yaml import documents, repeated_keys, value_of
from integrity.checks.sources.node import walk
found = documents(sys.stdin.read(), "x.yaml", "SRC102")
print([value_of(each) for each in found])
print([(key, [pair[0].line for pair in pairs]) for node in walk(found) for key, pairs in repeated_keys(node)])
"""
TEXT = """\
a: 1
b: !Ref x
a: 0x1F
c: &base {q: 010, z: 2.5}
d:
  <<: *base
  <<: [*base]
  q: 22:22
e: &self [*self, "1", 1_000]
---
yes: 1
true: 2
f: |
  a: 1
  a: 2
g: .inf
h: !!str yes
"""


def lines_of(text):
    return [
        (key, [pair[0].line for pair in pairs])
        for node in walk(documents(text, "x.yaml", "SRC102"))
        for key, pairs in repeated_keys(node)
    ]


def test_values_are_those_of_yaml_1_1():
    """As PyYAML reads them: octal, sexagesimal, yes and no; what contains itself is None inside itself."""
    first, second = map(value_of, documents(TEXT, "x.yaml", "SRC102"))

    assert first == {"a": 31, "b": "x", "c": {"q": 8, "z": 2.5}, "d": {"q": 1342, "z": 2.5}, "e": [None, "1", 1000]}
    assert second == {True: 2, "f": "a: 1\na: 2\n", "g": float("inf"), "h": "yes"}


def test_repeated_keys_have_all_their_lines():
    """Also where they are one only to YAML 1.1; merge keys may repeat."""
    assert sorted(lines_of(TEXT), key=str) == [("a", [1, 3]), (True, [11, 12])]


def test_both_parsers_give_the_same(newest):
    """PyYAML in a unit's env, ruamel.yaml in the runner's."""
    shown = subprocess.run(
        [newest, "-c", SHOW], cwd=REPOSITORY, input=TEXT, capture_output=True, text=True, check=True
    ).stdout

    assert shown == f"{[value_of(each) for each in documents(TEXT, 'x.yaml', 'SRC102')]}\n{lines_of(TEXT)}\n"


def test_env_without_parser_is_told(oldest):
    """What could not be examined is an error with the file's name."""
    program = SHOW.replace("found =", "from integrity.checks.model import CannotExamine\ntry: found =").replace(
        '"SRC102")\n', '"SRC102")\nexcept CannotExamine as trouble: sys.exit(trouble.finding.message)\n', 1
    )

    ended = subprocess.run([oldest, "-c", program], cwd=REPOSITORY, input=TEXT, capture_output=True, text=True)

    assert ended.stderr == "x.yaml can't be examined: reading YAML needs ruamel.yaml or PyYAML in this env.\n"


@pytest.mark.parametrize("text", ["a: [", "a: \x00", "a: *nope", "a: b: c", "[" * 1200, "{% if x %}\na: 1\n"])
def test_text_that_is_no_yaml_is_refused(text):
    """By one kind of error, whatever the parser raises."""
    with pytest.raises(NotYaml):
        documents(text, "x.yaml", "SRC102")


def test_line_of_yaml_error_is_known():
    """Where the parser gives it."""
    with pytest.raises(NotYaml) as caught:
        documents("a: 1\nb: c: d\n", "x.yaml", "SRC102")

    assert caught.value.line == 2


def test_mappings_are_found_by_their_paths():
    """Keys and positions lead to them, in the order of the file."""
    (root,) = documents("a:\n  - b: {c: 1}\n  - {}\nd: {}\n", "x.yaml", "SRC102")

    assert [path for path, _ in mappings(root)] == ["", "a[0]", "a[0].b", "a[1]", "d"]


@settings(deadline=None)
@given(VALUES)
def test_json_is_read_as_json_reads_it(value):
    """Whatever its shape; nothing repeats in what was a dict."""
    text = json.dumps(value, indent=1)

    assert plain(node_of(text)) == value
    assert has_repeated_keys(text) is False


def plain(node):
    if node.kind == "scalar":
        return json.loads(node.text) if node.is_plain else node.text
    if node.kind == "sequence":
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.pairs}


def test_json_may_have_comments_and_commas_at_the_end():
    """Lines and columns are right behind them."""
    root = node_of('// why\n{"a": [1, /* , */ 2,],\n  "a": "//",\n}\n')

    assert [(key.text, key.line, key.column) for key, _ in root.pairs] == [("a", 2, 2), ("a", 3, 3)]
    assert root.pairs[1][1].text == "//"


@pytest.mark.parametrize(
    ("text", "line"),
    [("{", 1), ('{"a":\n}', 2), ("{a: 1}", 1), ("[1}", 1), ("1\n2", 2), ("", 1), ('"\\q"', 1), ("\n&", 2)],
)
def test_text_that_is_no_json_is_refused(text, line):
    """With the line where it ends to be JSON."""
    with pytest.raises(NotJson) as caught:
        node_of(text)

    assert caught.value.line == line


def test_deep_json_is_no_trouble():
    """It is read without recursion; the fast look says that it doesn't know."""
    text = "[" * 100_000 + "]" * 100_000

    assert has_repeated_keys(text) is None
    assert node_of(text).kind == "sequence"


NAMES = st.sampled_from(["name", "image", "env", "ports", "a-b", "x.y"])
BLOCKS = st.recursive(
    st.sampled_from(["1", "text", "'a: b'"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, BLOCKS, min_size=1), st.data())
def test_cheap_look_misses_no_repeated_key(value, data):
    """A key that is written once more in any mapping of a block makes a candidate of the file."""
    lines = block(value, 0)
    assert not list(repeated(lines)) or may_repeat("\n".join(lines))
    keys = [
        index for index, line in enumerate(lines) if line.rstrip().endswith(":") or ": " in line.replace("'a: b'", "")
    ]
    index = data.draw(st.sampled_from(keys))
    key = lines[index].replace("- ", "  ").split(":")[0]
    end = next((at for at in range(index + 1, len(lines)) if ends(lines, at, key)), len(lines))

    doubled = [*lines[:end], f"{key}: again", *lines[end:]]

    assert list(repeated(doubled))
    assert may_repeat("\n".join(doubled))


def ends(lines, at, key):
    """Whether the value of a key at this depth ends before a line."""
    depth = len(key) - len(key.lstrip())
    own = len(lines[at]) - len(lines[at].lstrip())
    return own < depth or (own == depth and not lines[at].lstrip().startswith("- "))


def repeated(lines):
    return (key for node in walk(documents("\n".join(lines), "x.yaml", "SRC102")) for key in repeated_keys(node))


def block(value, depth):
    """A value as lines of a block, items one step deeper than their key."""
    pad = "  " * depth
    if isinstance(value, str):
        return [pad + value]
    if isinstance(value, list):
        found = []
        for item in value:
            first, *others = block(item, depth + 1)
            found += [f"{pad}- {first.lstrip()}", *others]
        return found
    return [
        line
        for key, inner in value.items()
        for line in ([f"{pad}{key}: {inner}"] if isinstance(inner, str) else [f"{pad}{key}:", *block(inner, depth + 1)])
    ]


@pytest.mark.parametrize("text", ['{"a" 1}', "[1 2]", '{"a": nope}', "[,]", "[1,,]", "{,}", '{"a":}', "[1]\n[2]", ""])
def test_text_that_no_editor_takes_for_json_is_refused(text):
    """Comments and a comma at the end are all that is tolerated."""
    with pytest.raises(NotJson):
        node_of(text)


def test_comments_and_commas_at_the_end_are_tolerated():
    """Places stay those of the text."""
    root = node_of('{ // one\n  "a": [1, 2,], /* two\n lines */ "b": {"c": null,},\n}')

    assert [(key.text, key.line) for key, _ in root.pairs] == [("a", 2), ("b", 3)]
