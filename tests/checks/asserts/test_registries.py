"""The assertions about registries: what they find, and what they refuse because it could never fail."""

from __future__ import annotations

import enum

import pytest

import integrity
from tests.checks.harness import write


class Plan(enum.Enum):
    """An enumeration with an alias."""

    FREE = "free"
    PRO = "pro"
    GRATIS = "free"  # noqa: PIE796 - what iterating hides


def codes(raised):
    """Return the codes and entries of an error's findings."""
    return [(finding.code, finding.entry) for finding in raised.value.findings]


@pytest.mark.parametrize(
    "items",
    [
        {"a": 1},
        {"a": 1}.keys(),
        {"a": 1}.items(),
        {"a"},
        frozenset("a"),
        Plan,
        list(Plan),
        Plan.__members__,
        "text",
        dict.fromkeys("ab"),
    ],
)
def test_uniqueness_of_what_is_unique_is_refused(items):
    """By a TypeError that says what to pass instead."""
    with pytest.raises(TypeError, match=r"source_of|collection"):
        integrity.assert_unique(items)


def test_duplicates_are_all_told():
    """Each once, with how often it stands there."""
    with pytest.raises(integrity.IntegrityError) as raised:
        integrity.assert_unique(["a", "b", "a", "c", "b", "b"], name="plans")

    assert codes(raised) == [("REG101", "a"), ("REG101", "b")]
    assert "stands 3 times in plans" in str(raised.value)


def test_uniqueness_by_field_fold_and_exception():
    """`by` looks into values, `fold` makes them alike, `allow` lets some be."""
    rows = [{"name": "a", "port": 1}, {"name": "b", "port": 1}]

    integrity.assert_unique(rows, by="name")
    integrity.assert_unique({"a": 1, "b": 2}, by="value")
    integrity.assert_unique(["a", "A"])
    integrity.assert_unique(["a", "a"], allow=["a"])
    for items, options in (
        (rows, {"by": "port"}),
        (rows, {"by": lambda row: row["port"]}),
        (["a", "A"], {"fold": str.casefold}),
        ({"a": 1, "b": 1}, {"by": "value"}),
        ([("a", "A"), ("a", "B")], {}),
    ):
        with pytest.raises(integrity.IntegrityError):
            integrity.assert_unique(items, **options)


@pytest.mark.parametrize(
    "vacuous",
    [
        lambda: integrity.assert_unique([]),
        lambda: integrity.assert_covers([], ["a"]),
        lambda: integrity.assert_covers(["a"], []),
        lambda: integrity.assert_fields([], required=["a"]),
        lambda: integrity.assert_resolves([]),
        lambda: integrity.assert_no_duplicate_keys("no/such/*.json"),
    ],
)
def test_nothing_to_examine_is_red(vacuous):
    """An assertion over nothing proves nothing."""
    with pytest.raises(integrity.IntegrityError) as raised:
        vacuous()

    assert [code for code, _ in codes(raised)][-1] in {"VAC005", "REG110"}
    assert "VAC005" in str(raised.value)


@pytest.mark.parametrize(
    "vacuous",
    [
        lambda: integrity.assert_covers(CODES, CODES),
        lambda: integrity.assert_covers(["a"], ["a"], relation="=="),
        lambda: integrity.assert_fields(["a"]),
        lambda: integrity.assert_resolves(["os.path"], "module"),
        integrity.assert_no_duplicate_keys,
    ],
)
def test_what_could_never_fail_is_refused(vacuous):
    """A thing compared with itself, no rules, no files, unknown words."""
    with pytest.raises(TypeError):
        vacuous()


CODES = ["a", "b"]
ROWS = {"a": {"port": "x"}, "b": {"port": "y"}}


@pytest.mark.parametrize(
    ("vacuous", "advice"),
    [
        (lambda: integrity.assert_fields(ROWS, fields={"port": {"tpye": "number"}}), "Did you mean 'type'"),
        (lambda: integrity.assert_fields(ROWS, fields={"port": "nubmer"}), "number"),
        (lambda: integrity.assert_fields(ROWS, fields={"port": 3}), "table|text"),
        (lambda: integrity.assert_fields(ROWS, fields=["port"]), "table"),
        (lambda: integrity.assert_fields(ROWS, required="port"), r"\['port'\]"),
        (lambda: integrity.assert_covers(["ab"], ["ab", "c"], ignore="c"), r"\['c'\]"),
        (lambda: integrity.assert_registered("a:B", ["c"], ignore="c"), r"\['c'\]"),
        (lambda: integrity.assert_unique(["a", "a"], allow="a"), r"\['a'\]"),
        (lambda: integrity.assert_tasks("a:app", external="mail"), r"\['mail'\]"),
        (lambda: integrity.assert_tasks("a:app", queues="mail"), r"\['mail'\]"),
    ],
)
def test_what_would_be_read_otherwise_than_meant_is_refused(vacuous, advice):
    """Keys that no rule has, and a text where several are taken: it would be its letters."""
    with pytest.raises(TypeError, match=advice):
        vacuous()


@pytest.mark.parametrize("rule", [{"choices": "xyz"}, {"matches": "("}, {"min": float("nan")}])
def test_rule_that_judges_nothing_is_an_integrity_error(rule):
    """As in the configuration."""
    with pytest.raises(integrity.IntegrityError, match="REG002"):
        integrity.assert_fields(ROWS, fields={"port": rule})


@pytest.mark.parametrize(
    "keys", [iter(ROWS), iter(ROWS.items()), iter({"a"}), reversed(ROWS), reversed(ROWS.items()), iter(Plan)]
)
def test_uniqueness_of_iterated_keys_is_refused(keys):
    """An iterator over keys yields none of them twice."""
    with pytest.raises(TypeError, match="source_of"):
        integrity.assert_unique(keys)


def test_iterators_that_may_repeat_are_compared():
    """Of a list, of values, of a generator."""
    for items in (iter(["a", "a"]), iter({"x": "a", "y": "a"}.values()), (each for each in "aa")):
        with pytest.raises(integrity.IntegrityError):
            integrity.assert_unique(items)


@pytest.mark.parametrize("references", [[1, 2], {"a": 5, "b": "os:path"}, [len], {"a": ["os:path", 3]}])
def test_objects_that_refer_to_nothing_are_refused(references):
    """Anything that is there is an object; what it can be asked is its kind."""
    with pytest.raises(TypeError, match=r"pkg\.mod:NAME.*callable"):
        integrity.assert_resolves(references)


def test_objects_are_asked_for_their_kind():
    """They need no name for that."""
    integrity.assert_resolves({"a": len, "b": "os:getcwd"}, "callable")
    with pytest.raises(integrity.IntegrityError, match="can't be called"):
        integrity.assert_resolves({"a": 5}, "callable")


async def never(item):
    """Answer with a coroutine, which is always true."""
    return item == "no item"


async def never_many(item):
    """Answer with an asynchronous generator, which is always true."""
    yield item == "no item"


@pytest.mark.parametrize("answer", [never, never_many, lambda item: (each for each in [item] if not each)])
def test_predicates_that_are_always_true_are_refused(answer):
    """A coroutine and a generator are true whatever they would say; and no two of them are equal."""
    for call in (
        lambda: integrity.source_of(f"{__name__}:CODES").check(answer, "it is wrong"),
        lambda: integrity.assert_unique(["a", "a"], by=answer),
        lambda: integrity.assert_unique(["a", "a"], fold=answer),
    ):
        with pytest.raises(TypeError, match="plain function"):
            call()


def test_coverage_names_each_missing_entry():
    """Of mappings, enumerations and lists alike, in each relation."""
    integrity.assert_covers({"free": 1, "pro": 2}, Plan)
    integrity.assert_covers(["a"], ["a", "b"], relation="within")
    integrity.assert_covers(["a"], ["a", "b"], ignore={"b": "not sold any more"})
    with pytest.raises(integrity.IntegrityError) as raised:
        integrity.assert_covers({"free": 1, "x": 2}, Plan, relation="equals", names=("prices", "plans"))
    assert codes(raised) == [("REG110", "pro"), ("REG111", "x")]
    with pytest.raises(integrity.IntegrityError, match="may share no entry"):
        integrity.assert_covers(["a"], ["a"], relation="disjoint")


def test_fields_of_tables_are_checked():
    """With the same rules as in the configuration."""
    rows = {"a": {"price": 1}, "b": {"price": -1, "code": 3}}

    integrity.assert_fields(rows, required=["price"], fields={"price": "number"})
    with pytest.raises(integrity.IntegrityError) as raised:
        integrity.assert_fields(rows, required=["code"], fields={"price": {"min": 0}})
    assert codes(raised) == [("REG120", "a/code"), ("REG120", "b/price")]


def test_references_are_loaded():
    """As dotted names or targets, of keys and of values."""
    integrity.assert_resolves(["os.path.join", "os:sep"])
    integrity.assert_resolves({"join": "os.path:join"}, "callable")
    with pytest.raises(integrity.IntegrityError) as raised:
        integrity.assert_resolves({"join": "os.path:jion", "sep": "os:sep"}, "callable")
    assert codes(raised) == [("REG130", "join/value"), ("REG130", "sep/value")]


UNIT = {
    "pyproject.toml": '[tool.integrity.registries]\nhandlers = "asserted_unit:HANDLERS"\nrows = {file = "rows.json"}\n',
    "asserted_unit.py": (
        "class Handler: ...\nclass Paid(Handler): ...\nclass Sent(Handler): ...\n"
        "HANDLERS = {\n    'paid': Paid,\n}\nCODES = ['E1', 'E2']\nTWICE = {'a': 1, 'b': 2, 'a': 3}\n"
    ),
    "rows.json": '{"a": 1, "b": 2}',
    "config/wrong.json": '{"a": {\n"b": 1,\n"b": 2}}',
    "config/right.env": "A=1\nB=2\n",
}


@pytest.fixture
def in_unit(tmp_path, monkeypatch):
    """Return what runs lines of a test in a unit of files."""
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, UNIT)

    def run(lines):
        space = {"__file__": str(tmp_path / "test_integrity.py"), "__name__": "test_integrity", "integrity": integrity}
        exec(compile(lines, space["__file__"], "exec"), space)

    return run


def test_a_declared_registry_is_at_hand(in_unit):
    """By its name, with live values, and with the places of its sources."""
    in_unit(
        "import asserted_unit\n"
        "handlers = integrity.registry('handlers')\n"
        "assert len(handlers) == 1 and handlers.keys() == ['paid'] and 'paid' in handlers\n"
        "assert handlers['paid'] is asserted_unit.Paid and handlers.values() == [asserted_unit.Paid]\n"
        "assert [(entry.place.path, entry.place.line) for entry in handlers] == [('asserted_unit.py', 5)]\n"
        "assert integrity.registry('rows')['b'] == 2\n"
    )


def test_own_checks_list_every_entry_that_fails(in_unit):
    """Also those for which the predicate raises; none at all is red."""
    with pytest.raises(integrity.IntegrityError) as raised:
        in_unit("integrity.registry('rows').check(lambda entry: 1 / (entry.value - 1) > 2, 'it is too large')")

    assert codes(raised) == [("REG190", "a"), ("REG190", "b")]
    assert "'a' of rows: it is too large (ZeroDivisionError" in str(raised.value)
    assert raised.value.findings[0].places[0].path == "rows.json"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("integrity.registry('handler')", "Did you mean 'handlers'"),
        ("integrity.source_of('asserted_unit:NAMES')", "REG002"),
        ("integrity.source_of('asserted_unit:Paid')", "VAC005|REG00"),
    ],
)
def test_what_is_not_there_is_told(in_unit, lines, error):
    """As the declared checks tell it."""
    with pytest.raises(integrity.IntegrityError, match=error):
        in_unit(lines)


def test_a_missing_key_is_answered(in_unit):
    """With the nearest one."""
    with pytest.raises(KeyError, match="did you mean 'paid'"):
        in_unit("integrity.registry('handlers')['piad']")


def test_the_source_view_shows_what_python_overwrites(in_unit):
    """So that uniqueness can be asserted of it."""
    in_unit("integrity.assert_unique(integrity.source_of('asserted_unit:CODES'))")
    with pytest.raises(integrity.IntegrityError) as raised:
        in_unit("integrity.assert_unique(integrity.source_of('asserted_unit:TWICE'))")
    assert codes(raised) == [("REG101", "a")]
    assert [place.line for place in raised.value.findings[0].places] == [8, 8]
    with pytest.raises(TypeError, match="source_of"):
        in_unit("integrity.assert_unique(integrity.registry('handlers'))")


def test_unregistered_classes_are_found(in_unit):
    """Named by a target or given themselves, in a registry or any collection."""
    for call in (
        "integrity.assert_registered('asserted_unit:Handler', into='asserted_unit:HANDLERS')",
        "import asserted_unit as u\nintegrity.assert_registered(u.Handler, u.HANDLERS)",
        "import asserted_unit as u\nintegrity.assert_registered(u.Handler, into=integrity.registry('handlers'))",
    ):
        with pytest.raises(integrity.IntegrityError) as raised:
            in_unit(call)
        assert codes(raised) == [("REG140", "Sent")]
    in_unit("integrity.assert_registered('asserted_unit:Handler', into='asserted_unit:HANDLERS', ignore=['Sent'])")


def test_duplicate_keys_in_files_are_found(in_unit):
    """Of any kind, at their lines."""
    in_unit("integrity.assert_no_duplicate_keys('*.env')")
    with pytest.raises(integrity.IntegrityError) as raised:
        in_unit("integrity.assert_no_duplicate_keys('config/*', '*.py')")
    places = [(place.path, place.line) for finding in raised.value.findings for place in finding.places]
    assert places == [
        ("asserted_unit.py", 8),
        ("asserted_unit.py", 8),
        ("config/wrong.json", 2),
        ("config/wrong.json", 3),
    ]


@pytest.mark.parametrize("globs", ["'config/*', 'confg/*.json'", "'confg/*.json', '*.env'"])
def test_each_glob_has_to_match(in_unit, globs):
    """One that matches nothing may be misspelt; the others don't make up for it."""
    for name in ("assert_no_duplicate_keys", "assert_files_valid"):
        with pytest.raises(integrity.IntegrityError) as raised:
            in_unit(f"integrity.{name}({globs})")
        assert ("VAC005", "confg/*.json") in codes(raised)


def test_findings_know_their_unit(in_unit, tmp_path):
    """So that the report shows them where they belong."""
    with pytest.raises(integrity.IntegrityError) as raised:
        in_unit("integrity.assert_unique(['a', 'a'])")

    assert raised.value.findings[0].unit == tmp_path.name
    assert raised.value.root == str(tmp_path)
