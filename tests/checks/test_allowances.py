"""Exceptions: what they allow, for how long, and when they are told to be stale."""

from __future__ import annotations

import datetime as dt

import pytest

from integrity.checks.allowances import Allowance, Allowances
from integrity.checks.bare import bare_results
from integrity.checks.baseline import Known
from integrity.checks.comments import allowances_in
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.judging import case_id
from integrity.checks.model import Finding, Place
from integrity.checks.unit import allowances_of, declarations_of, unit_around
from tests.checks.harness import run_tests, write

TODAY = dt.date(2026, 5, 1)
HERE = Place("pyproject.toml", 3)


def finding(code="REG101", entry="team", registry="plans", path="shop/plans.py", line=4):
    return Finding(code, entry, "Wrong.", places=(Place(path, line), Place("other.py", 9)), registry=registry)


def parted(findings, *rules, known=()):
    return Allowances(
        configured=rules, known=known, today=TODAY, in_unit=lambda path: path.removeprefix("shop/")
    ).parted(findings)


@pytest.mark.parametrize(
    ("fields", "is_meant"),
    [
        ({}, True),
        ({"registry": "plans"}, True),
        ({"registry": "limits"}, False),
        ({"entry": "team"}, True),
        ({"entry": "tea*"}, True),
        ({"entry": "te"}, False),
        ({"path": "plans.py"}, True),
        ({"path": "shop/plans.py"}, False),
        ({"path": "*.py"}, True),
        ({"path": "legacy/**"}, False),
        ({"until": TODAY}, True),
        ({"until": TODAY - dt.timedelta(days=1)}, False),
        ({"reason": ""}, False),
        ({"date_is_wrong": True}, False),
        ({"code": "REG102"}, False),
    ],
)
def test_exception_means_what_all_of_its_keys_fit(fields, is_meant):
    """On its last day it still holds; without a reason never."""
    rule = Allowance(**{"code": "REG101", "place": HERE, "reason": "meant", **fields})

    found = parted([finding()], rule)

    assert (len(found.meant), len(found.standing)) == ((1, 0) if is_meant else (0, 1))


def test_entry_that_looks_like_a_pattern_is_also_meant_as_it_is():
    """Routes and types have brackets in them."""
    entry = "list[str] /plans/[id]"

    assert parted([finding(entry=entry)], Allowance("REG101", HERE, "meant", entry=entry)).standing == ()


def test_baseline_allows_as_many_as_it_has_seen():
    """One more is new; others than these are, too."""
    known = (Known("REG101", "plans", "team", 2),)

    found = parted([finding(line=1), finding(line=2), finding(line=3), finding(entry="free")], known=known)

    assert [each.places[0].line for each in found.known] == [1, 2]
    assert [(each.entry, each.places[0].line) for each in found.standing] == [("team", 3), ("free", 4)]


def test_exception_comes_before_the_baseline():
    """What is meant is not counted as known."""
    found = parted([finding()], Allowance("REG101", HERE, "meant"), known=(Known("REG101", "plans", "team", 1),))

    assert (len(found.meant), len(found.known)) == (1, 0)


# --- comments


def comments(text, path="a.py"):
    return [(each.code, each.reason, sorted(each.lines)) for each in allowances_in(path, text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1  # integrity: ignore[REG101] both are meant\n", [("REG101", "both are meant", [1])]),
        (
            "x = 1  # integrity: ignore[REG101, REG102]: both - are meant\n",
            [("REG101", "both - are meant", [1]), ("REG102", "both - are meant", [1])],
        ),
        ("x = 1  # noqa: E501  # integrity: ignore[duplicate-key] why\n", [("REG101", "why", [1])]),
        ("# integrity: ignore[REG101] why\n# more of it\nx = 1\n", [("REG101", "why", [1, 3])]),
        ("x = 1  # integrity: ignore[REG101]\n", [("REG101", "", [1])]),
        ("x = 1  # integrity: ignore[] why\n", [("", "why", [1])]),
        ("x = '# integrity: ignore[REG101] why'\n", []),
        ('"""\n# integrity: ignore[REG101] why\n"""\n', []),
        ("x = (  # integrity: ignore[REG101] why\n", [("REG101", "why", [1])]),
        ("x = 1  # integrity: ignore REG101\n", []),
    ],
)
def test_comment_of_python_is_read(text, expected):
    """Where it is one, and not what stands in a string; a file that doesn't parse gives what came before."""
    assert comments(text) == expected


def test_comment_of_other_files_is_read_by_lines():
    """YAML, env files, TOML."""
    assert comments("a: 1\n# integrity: ignore[SRC102] why\na: 2\n", "a.yaml") == [("SRC102", "why", [2, 3])]
    assert comments("A=1 # integrity: ignore[SRC103] why\n", ".env") == [("SRC103", "why", [1])]


@pytest.mark.parametrize(
    ("text", "until", "is_wrong"),
    [
        ("why until=2027-01-31", dt.date(2027, 1, 31), False),
        ("until=2027-01-31 why", dt.date(2027, 1, 31), False),
        ("why until=tomorrow", None, True),
        ("why until=", None, True),
    ],
)
def test_date_of_a_comment_is_read(text, until, is_wrong):
    """Wherever it stands behind the bracket; it is no part of the reason."""
    (found,) = allowances_in("a.py", f"x = 1  # integrity: ignore[REG101] {text}\n".encode())

    assert (found.until, found.date_is_wrong, found.reason) == (until, is_wrong, "why" if "why" in text else "")


def test_bytes_that_are_no_utf_8_are_read_all_the_same():
    """A comment in Latin-1 beside them is found."""
    (found,) = allowances_in("a.yaml", b"a: \xff\n# integrity: ignore[SRC102] why\n")

    assert found.code == "SRC102"


# --- in a unit


DOUBLED = "PLANS = {\n    'free': 0,\n    'free': 1,\n}\n"


def examined(folder, **files):
    """`(case, code, entry)` of each finding, and how many are allowed."""
    unit = unit_around(str(write(folder, {"pyproject.toml": "", **files}) / "pyproject.toml"))
    results = list(bare_results(unit, declarations_of(unit), allowances_of(unit)))
    found = [(case_id(result.case), each.code) for result in results for each in result.findings]
    return found, sum(len(result.allowed) for result in results)


def test_exceptions_are_cases_of_their_own(tmp_path):
    """Whose ids say what is judged, and which are there only where there are exceptions."""
    rule = '[[tool.integrity.exceptions]]\ncode = "REG101"\nreason = "meant"\n'

    assert examined(tmp_path / "a", **{"plans.py": "PLANS = {'free': 0}\n", "pyproject.toml": rule}) == (
        [("exceptions:stale-exception", "IGN002")],
        0,
    )
    assert examined(tmp_path / "b", **{"plans.py": DOUBLED, "pyproject.toml": rule}) == ([], 1)


def test_exceptions_of_a_root_s_own_file_are_read(tmp_path):
    """integrity.toml has the same tables, without the prefix."""
    files = {"plans.py": DOUBLED, "integrity.toml": '[[exceptions]]\ncode = "REG101"\nreason = "meant"\n'}

    assert examined(tmp_path, **files) == ([], 1)


@pytest.mark.parametrize(("code", "hint"), [("REGG101", "REG101"), ("nonsense", "")])
def test_unknown_code_is_stale_with_the_nearest_one(tmp_path, code, hint):
    """It could never match."""
    files = {"pyproject.toml": f'[[tool.integrity.exceptions]]\ncode = "{code}"\nreason = "meant"\n'}
    unit = unit_around(str(write(tmp_path, files) / "pyproject.toml"))

    (found,) = [each for result in bare_results(unit, {}, allowances_of(unit)) for each in result.findings]

    assert (found.code, hint in found.hint, found.places[0].line) == ("IGN002", True, 1)


def test_code_that_only_the_units_tests_find_is_not_stale_for_sources(tmp_path):
    """`integrity check` can't know."""
    files = {"pyproject.toml": '[[tool.integrity.exceptions]]\ncode = "SVC102"\nreason = "meant"\n'}

    assert examined(tmp_path, **files) == ([], 0)


@pytest.mark.parametrize(
    "table",
    [
        'code = "REG101"\n',
        'code = "REG101"\nreason = ""\n',
        'code = "REG101"\nreason = "x"\nuntil = "soon"\n',
        'codes = "REG101"\nreason = "x"\n',
    ],
)
def test_wrong_table_is_an_error_of_the_configuration(tmp_path, table):
    """A reason is a key that has to be there."""
    unit = unit_around(
        str(write(tmp_path, {"pyproject.toml": f"[[tool.integrity.exceptions]]\n{table}"}) / "pyproject.toml")
    )

    with pytest.raises(WrongDeclaration, match="exceptions"):
        allowances_of(unit)


MANIFEST = """\
[tool.integrity.registries]
plans = { target = "plans:PLANS", unique = ["label"] }

[tool.integrity.checks.services]
cache = { kind = "redis", policy = "optional" }

[[tool.integrity.exceptions]]
code = "REG102"
reason = "both are sold under one name"

[[tool.integrity.exceptions]]
code = "SRC101"
reason = "the importer reads both"

[[tool.integrity.exceptions]]
code = "SVC102"
reason = "it may hang"

[[tool.integrity.exceptions]]
code = "VAC010"
reason = "cannot fail here"
"""


@pytest.mark.parametrize("workers", ["", "-n2"])
def test_units_tests_judge_exceptions_in_whatever_worker(tmp_path, newest, workers):
    """What is declared and what is automatic is judged again; what was skipped says nothing."""
    files = {
        "pyproject.toml": MANIFEST + f'\n[tool.pytest.ini_options]\naddopts = "{workers}"\n',
        "plans.py": 'PLANS = {"free": {"label": "A"}, "team": {"label": "A"}}\n',
        "data.json": '{"a": 1, "a": 2}\n',
    }

    found, output = run_tests(write(tmp_path, files), newest)

    assert [(each["code"], each["entry"]) for each in found] == [("IGN002", "VAC010")], output
    assert "test_declared[exceptions:stale-exception]" in output


def test_stale_exceptions_are_found_in_the_units_tests(tmp_path, newest):
    """Those of registries and of files alike, at their lines."""
    files = {
        "pyproject.toml": MANIFEST,
        "plans.py": 'PLANS = {"free": {"label": "A"}, "team": {"label": "B"}}\n',
        "data.json": '{"a": 1}\n',
    }

    found, _ = run_tests(write(tmp_path, files), newest)

    assert {(each["entry"], each["places"][0]["line"]) for each in found} == {
        ("REG102", 7),
        ("SRC101", 11),
        ("VAC010", 19),
    }
