"""What one walk over a file gathers."""

from __future__ import annotations

import ast
import gc
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.checks.sources.module import LARGEST_BYTES, Module, in_passing
from integrity.checks.sources.parsing import parsed, walked

EVERYTHING = """
import os, os.path as paths
from ..plans import PLANS as plans, FREE
from . import limits

@register("a", order=first())
class Shop(Base, metaclass=make()):
    names: dict[str, int] = {"a": 1, **more(), "b": {"c": 2}}

    @cached(seconds=5)
    async def open(self, at: Annotated[int, Query(1)] = default()) -> Reply[str]:
        total = 0
        total += await self.count(*parts(), **rest())
        with lock() as held, other():
            for index, each in enumerate(items()):
                yield (lambda value=late(): value)(each) if test() else [call(x) for x in range(3) if keep(x)]
        try:
            pass
        except tuple_of():
            raise wrong() from cause()
        os.environ["A"], table[key()] = f"{shown():>{width()}}", not really()
"""


def module_of(text, path="shop/base/plans.py", name="shop.base.plans"):
    return Module(path, text if isinstance(text, bytes) else text.encode(), name)


def called(node):
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def everything(tree):
    """What `ast.walk` finds, by kind."""
    nodes = list(ast.walk(tree))
    kinds = {
        "dicts": ast.Dict,
        "classes": ast.ClassDef,
        "functions": (ast.FunctionDef, ast.AsyncFunctionDef),
        "assignments": (ast.Assign, ast.AnnAssign, ast.AugAssign),
        "subscripts": ast.Subscript,
    }
    return {name: {node for node in nodes if isinstance(node, kind)} for name, kind in kinds.items()} | {
        "calls": {(called(node), node) for node in nodes if isinstance(node, ast.Call)}
    }


def gathered(module):
    names = ("dicts", "classes", "functions", "assignments", "subscripts")
    return {name: set(getattr(module, name)) for name in names} | {
        "calls": {(name, call) for name, calls in module.calls.items() for call in calls}
    }


@pytest.fixture(params=["collecting", "frozen"])
def collector(request):
    """The garbage collector, on as in a unit's tests, or off as in `integrity check`: nodes are then taken from its list."""
    if request.param == "frozen":
        gc.disable()
    yield request.param
    gc.enable()
    gc.unfreeze()


@pytest.mark.parametrize("text", [EVERYTHING, Path(ast.__file__).read_text(), "", "x"])
def test_nothing_is_missed(collector, text):
    """The very nodes are found that a walk over everything finds."""
    module = module_of(text)

    assert gathered(module) == everything(module.tree)


@pytest.mark.parametrize(
    "text",
    [
        "match f():\n    case {'a': Point(x=0), **rest} if g(rest):\n        h({})\n",
        "try:\n    pass\nexcept* E() as group:\n    f(group)\n",
        "type Pair[T: bound()] = tuple[T, default()]\ndef f[T](x: T) -> T: return g[T](x)\n",
        "x = t'{f()} {g():{h()}}'\n",
    ],
    ids=["match", "groups", "generics", "templates"],
)
def test_newer_syntax_is_walked_too(collector, text):
    """Where this Python knows it; where it does not, the module says so."""
    module = module_of(text)

    if module.tree is None:
        assert module.problem
    else:
        assert gathered(module) == everything(module.tree)


def test_nodes_come_in_the_order_of_the_file(collector):
    """Each collection, nested nodes after those that hold them, decorators before what they decorate."""
    module = module_of(EVERYTHING)

    for name in ("classes", "functions", "assignments", "subscripts", "dicts"):
        lines = [node.lineno for node in getattr(module, name)]
        assert lines == sorted(lines), name
    text = "@a(1)\ndef f():\n    a(2)\n    a(a(3))\na(4)\n"
    assert [call.lineno for call in module_of(text).calls["a"]] == [1, 3, 4, 4, 5]


def test_imports_are_written_out():
    """Relative ones from the module's own place; a dotted import binds its first name."""
    assert module_of(EVERYTHING).imports == {
        "os": "os",
        "paths": "os.path",
        "plans": "shop.plans.PLANS",
        "FREE": "shop.plans.FREE",
        "limits": "shop.base.limits",
    }


def test_package_imports_from_itself():
    """In an `__init__`, one dot is the package."""
    module = module_of("from .plans import PLANS\nfrom . import x\n", "shop/__init__.py", "shop")

    assert module.imports == {"PLANS": "shop.plans.PLANS", "x": "shop.x"}


def test_import_from_above_all_that_is_known_keeps_its_dots():
    """Nothing is guessed."""
    assert module_of("from ...a import b\n", "plans.py", "plans").imports == {"b": "...a.b"}


def test_dotted_names_go_through_imports():
    """Also with a new name; what is no name gives nothing."""
    module = module_of("import os as o\no.environ.get\nf().x\n")

    assert module.dotted(module.tree.body[1].value) == "os.environ.get"
    assert module.dotted(module.tree.body[2].value) == ""


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"def f(:\n", 1),
        (b"x = 1\n  y = 2\n", 2),
        (b"print 'python 2'\n", 1),
        (b"x = '\x00'\n", None),
        (b"# -*- coding: nonsense -*-\nx = 1\n", None),
        (b"x = '\xff'\n", None),
        (b"{{ template }}: {% if x %}\n", 1),
        (b"(" * 5000, None),
        (b"x = " + b"-" * 200_000 + b"1\n", None),
        (b"#" * (LARGEST_BYTES + 1), None),
    ],
    ids=["syntax", "indent", "python 2", "nul", "coding", "not utf-8", "template", "parens", "nested", "huge"],
)
def test_what_does_not_parse_says_why(content, line):
    """Nothing raises; all collections are empty, and the line is told where it is known."""
    module = module_of(content)

    assert module.calls == {}
    assert module.tree is None
    assert module.problem
    assert line is None or module.problem_line == line


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_content_raises(content):
    """Whatever a file holds."""
    module = module_of(content)

    assert (module.tree is None) == bool(module.problem)
    assert module.place(ast.parse("x").body[0]).line == 1


def test_other_encodings_are_read_as_python_reads_them():
    """A coding cookie and a byte order mark count."""
    latin = module_of("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    marked = module_of(b"\xef\xbb\xbfx = 1\n")

    assert latin.assignments[0].value.value == "é"
    assert len(marked.assignments) == 1


def test_warnings_of_the_parser_stay_out():
    """A doubtful escape is no finding of ours, and no error where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module = module_of("x = '\\d'\n")

        assert module.tree is not None


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("test_plans.py", True),
        ("plans_test.py", True),
        ("a/tests/x.py", True),
        ("conftest.py", True),
        ("latest.py", False),
    ],
)
def test_tests_are_known_by_their_place(path, is_test):
    """By the file's name or a folder's."""
    assert Module(path, b"", "x").is_test is is_test


def test_lines_are_those_that_python_counts():
    """Form feeds and Unicode's separators end no line."""
    assert module_of("a\x0c\u2028b\r\nc\rd\n").lines == ["a\x0c\u2028b", "c", "d", ""]


def test_both_ways_to_nodes_give_the_same(collector):
    """In the same order, whatever else was parsed and kept before."""
    kept = [parsed(EVERYTHING.encode()) for _ in range(3)]

    for tree, nodes in kept:
        assert nodes == walked(tree)


def test_tree_is_let_go_of_and_made_anew():
    """Whether it parses is known without it."""
    module, broken = module_of("x = {}\n"), module_of("x = (\n")
    assert not module.is_parsed
    assert (module.parses, broken.parses) == (True, False)
    first = module.tree

    for each in (module, broken):
        assert each.is_parsed
        each.forget()

    assert (module.parses, broken.parses) == (True, False)
    assert not module.is_parsed
    assert module.tree is not first
    assert len(module.dicts) == 1
    assert broken.problem_line == 1


def test_tests_are_forgotten_in_passing():
    """But not those that somebody had asked for before, nor other files."""
    tests, asked, code = (module_of("x = {}\n", path) for path in ("test_a.py", "test_b.py", "a.py"))
    assert asked.dicts

    for module in in_passing([tests, asked, code]):
        assert module.dicts

    assert [module.is_parsed for module in (tests, asked, code)] == [False, True, True]
