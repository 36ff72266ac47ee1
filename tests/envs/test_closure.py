"""What a unit needs: its siblings and the third-party requirements of all of them."""

from __future__ import annotations

import pytest

from integrity.envs.closure import Requested, check_choice, closure
from integrity.errors import UnitFault
from integrity.model.unit import Dependency, Kind, ManifestKind, Place, Unit

MARKERS = {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux"}


def dependency(text, **more) -> Dependency:
    name = text.partition("[")[0].partition(">")[0].partition("=")[0].partition(";")[0].partition(" ")[0]
    return Dependency(
        text=text, name=name, via="project.dependencies", place=Place(path="pyproject.toml", line=3), **more
    )


def unit(name, *dependencies, **more) -> Unit:
    return Unit(
        path=f"packages/{name}", name=name, kind=Kind.PACKAGE, manifest=ManifestKind.PEP621, distribution=name,
        dependencies=dependencies, **more,
    )  # fmt: skip


def to(name, text=None, **more) -> Dependency:
    return dependency(text or name, target=f"packages/{name}", **more)


def found(start, *others, extras=(), groups=()):
    units = {one.path: one for one in (start, *others)}
    requested = Requested(unit=start, extras=extras, groups=groups, markers=MARKERS)
    result = closure(requested, units, lambda one: one.dependencies)
    return [one.name for one in result.siblings], [str(item.requirement) for item in result.third_party]


def test_siblings_are_nearest_first_and_each_once():
    """Breadth first, without the unit itself, also through a cycle."""
    start = unit("a", to("b"), to("c"))

    siblings, _ = found(start, unit("b", to("d")), unit("c", to("d"), to("a")), unit("d"))

    assert siblings == ["b", "c", "d"]


def test_third_party_of_siblings_is_gathered():
    """Requirements of siblings count as the unit's own."""
    assert found(unit("a", to("b"), dependency("six")), unit("b", dependency("toml>=1"))) == (["b"], ["six", "toml>=1"])


def test_extra_of_sibling_only_where_it_is_asked_for():
    """`b[fast]` brings what b's extra says, `b` does not."""
    b = unit("b", dependency("six"), dependency("orjson", extra="fast"))

    assert found(unit("a", to("b", "b[fast]", target_extras=("Fast",))), b) == (["b"], ["six", "orjson"])
    assert found(unit("a", to("b")), b) == (["b"], ["six"])


def test_own_extras_and_groups_only_where_they_are_requested():
    """Nothing optional is there by itself; groups of siblings never are."""
    start = unit("a", to("b"), dependency("six", extra="x"), dependency("toml", group="test"))
    b = unit("b", dependency("click", group="test"))

    assert found(start, b) == (["b"], [])
    assert found(start, b, extras=("x",), groups=("Test",)) == (["b"], ["toml", "six"])


def test_extra_that_names_other_extras_of_the_unit():
    """`all = ["a[x]"]` brings what x says."""
    start = unit("a", to("a", "a[x]", extra="all", target_extras=("x",)), dependency("six", extra="x"))

    assert found(start, extras=("all",)) == ([], ["six"])


def test_marker_is_decided_by_the_interpreter_and_dropped():
    """Only what holds for the interpreter stays, without its marker."""
    start = unit("a", dependency("six; python_version < '3.10'"), dependency("toml; sys_platform == 'linux'"))

    assert found(start) == ([], ["toml"])


def test_sibling_behind_a_false_marker_is_no_sibling():
    """A marker that does not hold cuts the edge."""
    assert found(unit("a", to("b", "b; python_version < '3'")), unit("b", dependency("six"))) == ([], [])


def test_version_of_sibling_has_to_fit():
    """The working tree's version against the requirement: an error that names place, requirement and version."""
    start = unit("a", to("b", "b==1.3.24"))

    with pytest.raises(UnitFault, match=r"pyproject.toml:3: a asks for b==1.3.24, but packages/b is 1.5.1"):
        found(start, unit("b", version="1.5.1"))


@pytest.mark.parametrize("version", ["2.0.dev3", None])
def test_development_and_unknown_versions_fit(version):
    """Prereleases count, since the tree has no others; a version that only a build can tell is not judged."""
    assert found(unit("a", to("b", "b>=1")), unit("b", version=version)) == (["b"], [])


def test_what_only_pip_understands_is_fine_for_a_sibling():
    """`b @ ../b` is no PEP 508, but names a unit."""
    assert found(unit("a", to("b", "b @ ../b")), unit("b", version="1")) == (["b"], [])


def test_unreadable_requirement_names_its_place():
    """A third-party requirement that is none is the unit's configuration error."""
    with pytest.raises(UnitFault, match=r"pyproject.toml:3: 'six = 1' is no requirement"):
        found(unit("a", dependency("six = 1")))


@pytest.mark.parametrize(
    ("extras", "groups", "said"), [(("apii",), (), "no extra 'apii' .it has api, db"), ((), ("x",), "no group 'x'")]
)
def test_unknown_extra_or_group(extras, groups, said):
    """An extra or group that the manifest lacks is an error that lists those it has."""
    document = {"project": {"optional-dependencies": {"api": []}}, "dependency-groups": {"test": []}}
    one = unit("a", dependency("six", extra="db"), document=document)

    with pytest.raises(UnitFault, match=said):
        check_choice(one, extras, groups)
    check_choice(one, ("API", "db"), ("test",))
