"""What is almost a test that cannot fail, and what is one in a less common spelling."""

from __future__ import annotations

import pytest

from tests.checks.vacuity.test_linter import body, findings

SHOP = (
    "KEYED = {KEY: 1}\n"
    "TWICE = [1]\nTWICE = load()\nORDERS = [('a', 1), ('b', 2), ('c', 3), ('d', 4)]\nLABELS = {1: 'a', 2: 'b', 3: 'c', 4: 'd'}\n"
    "ROWS = [x for x in LINES]\nLINES = [x for x in ROWS]\nLOADED = [x for x in load()]\nTRIPLES_CHOICES = [('a', 'A', 1)]\n"
    "PAIR_CHOICES = [('a', 'A'), ('b', 'B')]\n\n\nclass Size(models.TextChoices):\n    S = 's'\n"
)
SILENT = {
    "an assignment into what the code has": ["registry.load()['a'] = 1", "assert 1 + 1 == 2"],
    "a method called get": ["assert len(registry.get('a')) == len(set(registry.get('a')))"],
    "another part of a document": ["xs = app.openapi()['tags']", "assert len(xs) == len(set(xs))"],
    "another part of a document by get": ["xs = app.openapi().get('tags')", "assert len(xs) == len(set(xs))"],
    "something else that is remembered": [
        "seen = set()",
        "for name in REGISTRY:",
        "    assert name not in seen",
        "    seen.add(label(name))",
    ],
    "an unknown operand of or": ["for name in NAMES:", "    assert 'c' in REGISTRY or name in LABELS"],
    "a condition over what the code has": ["if registry.load():", "    assert 1 == 1"],
    "a table of calls": ["x = {'a': registry.load()}"],
    "a list of calls": ["x = ['a', registry.load()]"],
    "an assertion before a return": ["assert REGISTRY['a']", "return", "assert REGISTRY['b']"],
    "names that go round": ["a = sorted(b)", "b = sorted(a)", "for each in a:", "    assert each"],
    "a key that is a name": ["for name in NAMES:", "    assert 'c' in shop.KEYED or name in LABELS"],
    "triples": ["assert len(shop.TRIPLES_CHOICES) == len(set(shop.TRIPLES_CHOICES))"],
    "a call that is told nothing": ["logger.info(registry.load())"],
    "a call with one harmless argument": ["logger.info('looked', registry.load())"],
    "a counter of threes": [
        "from collections import Counter",
        "assert [k for k, n in Counter(REGISTRY).items() if n > 3] == []",
    ],
    **{
        f"a loop over {name}": [f"for each in {name}(REGISTRY):", "    assert each"]
        for name in ("list", "tuple", "sorted", "set", "frozenset", "iter", "reversed", "enumerate")
    },
    **{
        f"a loop over {name}": [f"for each in REGISTRY.{name}():", "    assert each"]
        for name in ("items", "keys", "values")
    },
}
FOUND = {
    "fewer in a set": (["if len(set(REGISTRY)) < len(REGISTRY):", "    pytest.fail('twice')"], ("VAC003", 5)),
    "more than in a set": (["if len(REGISTRY) > len(set(REGISTRY)):", "    pytest.fail('twice')"], ("VAC003", 5)),
    "keys that only one side names": (["assert len(LABELS) == len(set(LABELS.keys()))"], ("VAC003", 5)),
    "keys that only the other side names": (["assert len(LABELS.keys()) == len(set(LABELS))"], ("VAC003", 5)),
    "a loop over what is bound twice": (["for each in shop.TWICE:", "    assert each"], ("VAC007", 5)),
    "a list of constants": (["x = ['a', REGISTRY]", "y = {'a': REGISTRY}"], ("VAC001", 4)),
    "a copy in wrappers": (["assert sorted(shop.ORDERS) == sorted(['a', 'b', 'c', 'd'])"], ("VAC004", 5)),
    "a copy of first halves": (["assert [a for a, b in shop.ORDERS] == ['a', 'b', 'c', 'd']"], ("VAC004", 5)),
    "a copy of values": (["assert set(shop.LABELS.values()) == {'a', 'b', 'c', 'd'}"], ("VAC004", 5)),
    "variables": (["names = list(vars(registry))", "assert len(names) == len(set(names))"], ("VAC003", 6)),
    "names of Django's choices": (
        ["assert len(shop.Size.names) == len(set(shop.Size.names))"],
        ("VAC003", 5),
    ),
    "pairs": (["assert len(shop.PAIR_CHOICES) == len(set(shop.PAIR_CHOICES))"], ("VAC003", 5)),
    "a counter of twos": (
        ["from collections import Counter", "assert [k for k, n in Counter(REGISTRY).items() if n >= 2] == []"],
        ("VAC003", 6),
    ),
    "a loop over what is made of an unknown": (["for each in shop.LOADED:", "    assert each"], ("VAC007", 5)),
    "a loop over what goes round": (["for each in shop.ROWS:", "    assert each"], ("VAC007", 5)),
    "a loop over a call of a function": (["for each in shuffled(NAMES):", "    assert each"], ("VAC007", 5)),
    "a condition over what the code has not": (["if [1]:", "    assert 1 == 1"], ("VAC002", 6)),
    "a base exception": (["try:", "    assert REGISTRY['c']", "except BaseException:", "    pass"], ("VAC001", 4)),
    "a general log": (["logger.log(10, 'looked')"], ("VAC001", 4)),
    **{
        f"{name} of literals": ([f"assert {name}({arguments})"], ("VAC002", 5))
        for name, arguments in {"reversed": "[1, 2]", "frozenset": "[1]", "filter": "None, [1]"}.items()
    },
}


def asking(*lines):
    """A test that may also ask the module of the shop."""
    return body(*lines).replace("import pytest,", "import pytest, shop,")


@pytest.mark.parametrize("name", SILENT)
def test_what_only_looks_vacuous_is_left_alone(tmp_path, name):
    """It could fail, or nobody can tell."""
    assert findings(tmp_path, asking(*SILENT[name]), **{"shop.py": SHOP}) == []


@pytest.mark.parametrize("name", FOUND)
def test_what_is_vacuous_in_other_words_is_found(tmp_path, name):
    """Once, at its line."""
    lines, expected = FOUND[name]

    assert findings(tmp_path, asking(*lines), **{"shop.py": SHOP}) == [expected]


def test_annotated_parameter_says_what_it_is(tmp_path):
    """The keys of a mapping cannot repeat, wherever the mapping comes from."""
    lines = ["assert len(plans) == len(set(plans))"]

    assert findings(tmp_path, body(*lines, parameters="plans: dict")) == [("VAC003", 5)]
    assert findings(tmp_path, body(*lines, parameters="plans: list")) == []


def test_fixture_of_another_file_is_more_than_a_literal(tmp_path):
    """Whoever changes it has not seen the test; one of the same file is part of it."""
    fixture = "import pytest\n\n\n@pytest.fixture\ndef plans():\n    return ['a', 'b']\n"
    test = "\n\ndef test_it(plans):\n    assert len(plans) == 2\n"

    assert findings(tmp_path / "a", test, **{"conftest.py": fixture}) == []
    assert findings(tmp_path / "b", fixture + test) == [("VAC002", 10)]
    assert findings(tmp_path / "c", fixture.replace("plans():", "plans():\n    load()") + test) == []
    assert findings(tmp_path / "d", fixture.replace("plans():", 'plans():\n    """Two."""') + test) == [("VAC002", 11)]


@pytest.mark.parametrize("name", ["tmp_path", "monkeypatch", "capsys", "capsysbinary", "caplog", "request", "recwarn"])
def test_fixture_of_pytest_looks_at_nothing(tmp_path, name):
    """Whoever asks for it has not asserted anything yet."""
    assert findings(tmp_path, body("pass", parameters=name)) == [("VAC001", 4)]


@pytest.mark.parametrize(
    ("mark", "is_found"),
    [
        ("skip", True),
        ("skip()", True),
        ("skip('')", True),
        ("skip('later')", False),
        ("skip(reason=WHY)", False),
        ("xfail", True),
        ("xfail(strict=True)", False),
        ("xfail(strict=False)", True),
        ("xfail(run=True)", True),
        ("xfail(sys.version_info < (3, 9))", False),
        ("xfail(False)", False),
    ],
)
def test_mark_without_a_reason_is_found(tmp_path, mark, is_found):
    """A condition of xfail or a strict one is as good as a reason."""
    text = f"import sys\nimport pytest\n\n\n@pytest.mark.{mark}\ndef test_it():\n    assert load()\n"

    assert findings(tmp_path, text) == ([("VAC006", 5)] if is_found else [])


@pytest.mark.parametrize(
    ("name", "lines", "is_found"),
    [
        ("pytest_collection_modifyitems", ["items.clear()"], True),
        ("pytest_collection_modifyitems", ["items[:] = []"], True),
        ("pytest_collection_modifyitems", ["items[:] = sorted(items)"], False),
        ("pytest_collection_modifyitems", ["others[:] = []"], False),
        ("pytest_collection_modifyitems", ["others.clear()"], False),
        ("pytest_collection_modifyitems", ["if config.option.none:", "    items.clear()"], False),
        ("pytest_collection_modifyitems", ["run().items = []"], False),
        ("pytest_pyfunc_call", ["return True"], True),
        ("pytest_runtest_protocol", ["return True"], True),
        ("pytest_runtest_protocol", ["return None"], False),
        ("pytest_runtest_protocol", ["return False"], False),
        ("pytest_runtest_protocol", ["return", "print(items)"], False),
        ("pytest_runtest_protocol", ["run_it(items)", "runtestprotocol(items)", "return True"], False),
        ("pytest_runtest_protocol", ["items.runtest()", "return True"], False),
        ("pytest_runtest_protocol", ["if items:", "    return True"], False),
        ("pytest_something_else", ["return True"], False),
    ],
)
def test_hook_after_which_nothing_runs_is_found(tmp_path, name, lines, is_found):
    """And none that only sorts or chooses."""
    hook = f"def {name}(config, items, others):\n" + "".join(f"    {line}\n" for line in lines)

    found = findings(tmp_path, "def test_it():\n    assert load()\n", **{"conftest.py": hook})

    assert found == ([("VAC006", 1)] if is_found else [])


@pytest.mark.parametrize(
    ("base", "is_found"),
    [
        ("TestCase", True),
        ("SimpleTestCase", True),
        ("object", True),
        ("unittest.TestCase", True),
        ("Own", False),
        ("make()", False),
    ],
)
def test_known_base_brings_no_assertions(tmp_path, base, is_found):
    """Another one may do something around the test."""
    text = f"class TestIt({base}):\n    def test_a(self):\n        pass\n"

    assert findings(tmp_path, text) == ([("VAC001", 2)] if is_found else [])
