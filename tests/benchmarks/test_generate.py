"""The generated monorepo is the same each time, and is what the peers are compared on."""

from __future__ import annotations

import tomllib

import pytest

from benchmarks.generate import generate, generated_units


def contents(root):
    return {
        path.relative_to(root): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


@pytest.mark.e2e
def test_same_arguments_give_the_same_bytes(tmp_path):
    """Two generated monorepos of one size and seed do not differ, and are committed."""
    for name in ("one", "two"):
        generate(tmp_path / name, units=12)

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    heads = {(tmp_path / name / ".git" / "refs" / "heads" / "main").read_text() for name in ("one", "two")}
    assert len(heads) == 1


@pytest.mark.e2e
def test_folder_of_someone_else_is_left_alone(tmp_path):
    """A folder that was not generated is not overwritten."""
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(SystemExit, match="left alone"):
        generate(tmp_path, units=5)

    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.e2e
def test_manifests_state_what_the_units_need(tmp_path):
    """Each manifest names the siblings of its unit, and where they are."""
    units = generate(tmp_path / "monorepo", units=12)

    for unit in units:
        manifest = tomllib.loads((tmp_path / "monorepo" / unit.path / "pyproject.toml").read_text())
        sources = manifest["tool"].get("uv", {}).get("sources", {})
        assert sorted(sources) == sorted(unit.siblings)
        assert set(unit.siblings) <= set(manifest["project"]["dependencies"])
        assert all(
            (tmp_path / "monorepo" / unit.path / source["path"] / "pyproject.toml").exists()
            for source in sources.values()
        )


@pytest.mark.parametrize(("count", "closures"), [(20, 8), (100, 26), (1000, 32)])
def test_sizes_have_the_closures_that_results_were_measured_on(count, closures):
    """The number of different third-party closures decides how much can be shared; it stays what the README says."""
    units = generated_units(count, "9", plain=False)

    assert len(units) == count
    assert len({unit.third_party for unit in units}) == closures


def test_first_package_is_needed_by_three_services_alone():
    """The leaf, which is edited to see what runs again, has three dependents, all direct."""
    units = generated_units(100, "9", plain=False)

    dependents = [unit.name for unit in units if units[0].name in unit.siblings]
    assert len(dependents) == 3
    assert all(name.startswith("svc") for name in dependents)


def test_plain_units_need_nothing_but_each_other():
    """Plain monorepos have the same graph without third-party packages."""
    plain, full = (generated_units(50, "9", plain=plain) for plain in (True, False))

    assert {unit.third_party for unit in plain} == {()}
    assert [unit.siblings for unit in plain] == [unit.siblings for unit in full]
