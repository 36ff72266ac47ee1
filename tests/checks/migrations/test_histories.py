"""Histories of migrations as files write them: leaves, squashes, merges, and what is left alone."""

from __future__ import annotations

import pytest

from integrity.checks.migrations import cases
from integrity.checks.migrations.histories import History, Migration
from integrity.checks.migrations.judges import judge_numbers, judge_parents, spoiled_numbers, spoiled_parents
from integrity.checks.model import Place
from integrity.checks.unit import unit_around
from tests.checks import harness

BEGIN = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"


def found_in(folder, files, declared=None):
    harness.write(folder, {"pyproject.toml": "", **files})
    unit = unit_around(str(folder / "pyproject.toml"))
    static = [case for case in cases(unit, declared) if case.is_static]
    judged = [(case.check.code, case.check.judge(case.load())) for case in static]
    return [(code, finding.entry) for code, examined in judged for finding in examined.findings]


def django(**bodies):
    return {f"shop/migrations/{name}.py": BEGIN + f"    {body}\n" for name, body in bodies.items()}


def after(*names):
    return f"dependencies = {[('shop', name) for name in names]!r}"


def alembic(**downs):
    return {f"db/{name}.py": f"revision = {name!r}\ndown_revision = {down!r}\n" for name, down in downs.items()}


FORK = {"m1": after(), "m2": after("m1"), "m3": after("m1")}


def test_fork_is_found_and_merge_is_fine(tmp_path):
    """Two leaves are one finding for the app; a merge joins them."""
    assert found_in(tmp_path, django(**FORK)) == [("MIG102", "shop/migrations")]
    assert found_in(tmp_path, django(m4=after("m2", "m3"))) == []


@pytest.mark.parametrize(
    "extra",
    [
        {"m4": "dependencies = made()"},
        {"m4": "dependencies = [('shop', 'm2'), *more()]"},
        {"m4": "dependencies = [made()]"},
        {"m4": "dependencies = [('shop', f'm{2}')]"},
        {"m4": "replaces = made()"},
        {"m4": "dependencies = ["},
    ],
)
def test_computed_dependencies_silence_a_history(tmp_path, extra):
    """Where one file's dependencies are not written out, or it doesn't parse, nothing is surely wrong."""
    assert found_in(tmp_path, django(**FORK, **extra)) == []


def test_squash_stands_for_what_it_replaces(tmp_path):
    """A squash beside what it replaces is one history, also where a squash is squashed again."""
    files = django(
        m1=after(),
        m2=after("m1"),
        s1="replaces = [('shop', 'm1'), ('shop', 'm2')]\n    dependencies = []",
        m3=after("m2"),
        s2="replaces = [('shop', 's1'), ('shop', 'm3')]\n    dependencies = []",
        m4=after("m3"),
    )

    assert found_in(tmp_path, files) == []


def test_dependencies_on_other_apps_count_for_nothing(tmp_path):
    """What another app's migrations are called, and `__first__`, are not this app's history."""
    files = django(
        m1=after(), m2="dependencies = [('other', 'm1'), ('shop', 'm1'), ('auth', '__first__'), ('other', 'm9')]"
    )

    assert found_in(tmp_path, files) == []


def test_migrations_of_tests_are_left_alone(tmp_path):
    """Folders of tests hold broken histories on purpose."""
    files = {f"tests/{path}": text for path, text in django(**FORK).items()}

    assert found_in(tmp_path, files) == []


def test_numbers_are_only_judged_on_request(tmp_path):
    """Two migrations of one number in a row are fine by default."""
    files = django(**{"0001_a": after(), "0002_b": after("0001_a"), "0002_c": after("0002_b")})

    assert found_in(tmp_path, files, {}) == []
    assert found_in(tmp_path, files, {"numbered": True}) == [("MIG103", "shop/migrations/0002")]


def test_alembic_heads_are_counted_across_merges(tmp_path):
    """A merge has two parents; a name may be cut short."""
    assert found_in(tmp_path, alembic(aa11=None, bb22="aa11", cc33="aa11")) == [("MIG102", "db")]
    assert found_in(tmp_path, alembic(dd44=("bb22", "cc"))) == []


def test_alembic_branch_on_purpose_is_left_alone(tmp_path):
    """A revision with a branch label begins a history beside the others."""
    files = alembic(aa11=None, bb22="aa11", cc33="aa11")
    files["db/cc33.py"] += "branch_labels = ('reports',)\n"

    assert found_in(tmp_path, files) == []


def test_alembic_folders_may_build_on_each_other(tmp_path):
    """A revision of another folder of the unit is there; one of nowhere is not."""
    files = {**alembic(aa11=None), "more/bb22.py": "revision = 'bb22'\ndown_revision = 'aa11'\n"}

    assert found_in(tmp_path, files) == []
    assert found_in(tmp_path, {"more/bb22.py": "revision = 'bb22'\ndown_revision = 'zz99'\n"}) == [
        ("MIG108", "more/bb22")
    ]


HERE = Place("shop/migrations/m1.py", 1)
ONE = (Migration("m1", HERE),)


@pytest.mark.parametrize(
    ("histories", "count"),
    [
        ((History("shop", ONE),), 1),
        ((History("db", ONE, "alembic"), History("shop", ONE)), 1),
        ((History("db", ONE, "alembic"),), 0),
        ((History("shop", ()),), 0),
    ],
)
def test_numbers_are_spoiled_where_they_are_judged(histories, count):
    """Only Django's migrations have some."""
    assert [len(judge_numbers(copy).findings) for copy in spoiled_numbers(histories)] == [1] * count


@pytest.mark.parametrize(
    ("histories", "count"),
    [
        ((History("shop", ONE),), 1),
        ((History("shop", ONE, unsure="a loop makes them"), History("blog", ONE)), 1),
        ((History("shop", ONE, unsure="a loop makes them"),), 0),
        ((History("shop", ()),), 0),
    ],
)
def test_parents_are_spoiled_where_they_are_judged(histories, count):
    """A history whose order nobody knows is not."""
    assert [len(judge_parents(copy).findings) for copy in spoiled_parents(histories)] == [1] * count
