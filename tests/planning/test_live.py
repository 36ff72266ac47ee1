"""Units that need other units running."""

from pathlib import Path

import pytest

from integrity.model.need import Need, Serve
from integrity.model.outcome import ErrorKind, UnitError
from integrity.model.unit import Kind, ManifestKind, Monorepo, Unit
from integrity.planning.live import Live, live
from integrity.settings import UnitSettings


def unit(name, path=None):
    path = path or f"services/{name}"
    return Unit(
        path=path, name=name, kind=Kind.SERVICE, manifest=ManifestKind.PEP621, manifest_path=f"{path}/pyproject.toml"
    )


def settings(*others, serves=True):
    needs = tuple(Need(name=other, kind=None, unit=other, place="x/pyproject.toml:3") for other in others)
    return UnitSettings(needs=needs, serve=(Serve(name="worker", command=("work",)),) if serves else ())


def resolved(name, configured, *more):
    units = tuple(unit(each) for each in configured) + more
    monorepo = Monorepo(root=Path("/r"), units=units)
    first = next(each for each in units if each.name == name)
    return live(first, lambda each: configured[each.name], monorepo)


def test_units_behind_units_are_found():
    """A unit's server comes with what that unit needs itself."""
    found = resolved("a", {"a": settings("b"), "b": settings("c"), "c": settings()})

    assert isinstance(found, Live)
    assert [other.unit.name for _, other in found.others] == ["b"]
    assert [other.unit.name for _, other in found.others[0][1].others] == ["c"]


def test_cycle_is_named():
    """Units that need each other can't be started; the error walks the circle."""
    found = resolved("a", {"a": settings("b"), "b": settings("c"), "c": settings("b")})

    assert isinstance(found, UnitError)
    assert found.kind is ErrorKind.CONFIG
    assert "b → c → b" in found.message
    assert found.message.startswith("x/pyproject.toml:3: ")


@pytest.mark.parametrize(
    ("configured", "more", "message"),
    [
        ({"a": settings("billling"), "billing": settings()}, (), "Did you mean 'billing'?"),
        ({"a": settings("b"), "b": settings(serves=False)}, (), "b does not say how it runs"),
        ({"a": settings("a")}, (), "a → a"),
        (
            {"a": settings("b"), "b": UnitError(kind=ErrorKind.CONFIG, message="broken table")},
            (),
            "b can't run: broken table",
        ),
        ({"a": settings("b"), "b": settings()}, (unit("b", "packages/b"),), "the name of several units"),
    ],
    ids=["unknown", "serves nothing", "itself", "broken", "ambiguous"],
)
def test_what_can_not_run_is_said(configured, more, message):
    """The unit that needs it gets the error, with the nearest right thing."""
    found = resolved("a", configured, *more)

    assert isinstance(found, UnitError)
    assert message in found.message
    assert found.hint


def test_needs_of_all_are_known_beforehand():
    """Shared servers are started for the units behind a unit too."""
    db = Need(name="db", kind=object())
    cache = Need(name="cache", kind=object())
    b = UnitSettings(needs=(cache,), serve=(Serve(name="worker", command=("work",)),))
    a = UnitSettings(needs=(db, Need(name="b", kind=None, unit="b")))

    found = resolved("a", {"a": a, "b": b})

    assert list(found.all_needs()) == [db, cache]


def serving(*processes):
    return UnitSettings(serve=processes)


WEB = Serve(name="web", command=("serve", "{port}"), variable="B_URL")


@pytest.mark.parametrize(
    ("variables", "served"),
    [
        ({}, (Serve(name="web", command=("serve", "{port}")),)),
        ({"X": "{url}"}, (Serve(name="worker", command=("w",)),)),
    ],
    ids=["no variable", "no port"],
)
def test_server_that_the_tests_could_not_find_is_refused(variables, served):
    """A live server without a variable that leads to it would be there for nobody."""
    a = UnitSettings(needs=(Need(name="b", kind=None, unit="b", variables=variables, place="x:3"),))

    found = resolved("a", {"a": a, "b": serving(*served)})

    assert isinstance(found, UnitError)
    assert "can be reached by the tests" in found.message
    assert "env-var" in found.hint


@pytest.mark.parametrize(
    "a",
    [
        UnitSettings(
            needs=(
                Need(name="b", kind=None, unit="b", place="x:3"),
                Need(name="c", kind=None, unit="c", place="x:4"),
            )
        ),
        UnitSettings(
            needs=(
                Need(name="db", kind=object(), variables={"B_URL": "{url}"}, place="x:3"),
                Need(name="b", kind=None, unit="b", place="x:4"),
            )
        ),
        UnitSettings(
            needs=(Need(name="b", kind=None, unit="b", place="x:4"),),
            serve=(Serve(name="own", command=("serve", "{port}"), variable="B_URL"),),
        ),
    ],
    ids=["two units", "a service and a unit", "its own process and a unit"],
)
def test_variable_that_would_be_given_twice_is_refused(a):
    """The later would silently hide the earlier; the error names both."""
    found = resolved("a", {"a": a, "b": serving(WEB), "c": serving(WEB)})

    assert isinstance(found, UnitError)
    assert found.message.startswith("x:4: B_URL would be given twice, by ")
