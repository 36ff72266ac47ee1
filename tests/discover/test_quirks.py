"""What real monorepos hold, each quirk rebuilt in a few lines: all are survived, none is silently dropped."""

from __future__ import annotations

import pytest

from integrity.discover.repository import repository_key
from integrity.model.unit import ManifestKind
from integrity.planning.choose import owner
from tests.discover.finding import REMOTE, edges, found, lines, only, paths, reasons, texts
from tests.monorepo import pep621


def git(folder, name="models", url="https://github.com/acme/shop.git@main"):
    return f"{name} @ git+{url}#subdirectory={folder}"


@pytest.mark.parametrize("name", ["<REPLACE ME>", "$pkg", "Example With Spaces", "{{ cookiecutter.name }}"])
def test_1_template_with_an_impossible_name_is_reported(tmp_path, name):
    """A placeholder for a name is the unit's problem, with its line; `exclude` takes it out."""
    monorepo = found(tmp_path, {"packages/template/pyproject.toml": pep621(name)})

    problem = only(monorepo, "packages/template").problem
    assert f"packages/template/pyproject.toml:2: project.name {name!r} can be no distribution" in problem.message
    assert "exclude" in problem.hint


def test_1_template_in_a_folder_named_with_braces_is_passed_over(tmp_path):
    """A template that is no TOML, in a folder that is itself a placeholder, is no unit; the reason names the line."""
    files = {
        "templates/{{cookiecutter.name}}/pyproject.toml": '[project]\nname = "a"\ndependencies = [\n{%- if core -%}\n"core",\n{% endif %}\n]\n'
    }

    monorepo = found(tmp_path, files, packages=("templates/*",))

    assert paths(monorepo) == []
    assert reasons(monorepo)["templates/{{cookiecutter.name}}"].startswith("a template: ")
    assert "pyproject.toml:4: not TOML" in reasons(monorepo)["templates/{{cookiecutter.name}}"]


def test_2_version_from_tags_is_unknown_and_refused_by_no_specifier(tmp_path):
    """A dynamic version is no reason against an edge."""
    dynamic = '[project]\nname = "b"\ndynamic = ["version"]\n[tool.setuptools_scm]\nroot = "../.."\n'

    monorepo = found(
        tmp_path,
        {"packages/a/pyproject.toml": pep621("a", dependencies=["b==7.0"]), "packages/b/pyproject.toml": dynamic},
    )

    assert (only(monorepo, "packages/b").version, only(monorepo, "packages/b").dynamic) == (None, {"version"})
    assert edges(monorepo) == [("packages/a", "packages/b")]


@pytest.mark.parametrize(
    "more",
    [
        "[tool.setuptools.dynamic]\ndependencies = { file = ['requirements/_base.in'] }\n",
        "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['requirements/_base.in']\n",
    ],
)
def test_3_dynamic_dependencies_are_read_from_the_files_that_are_named(tmp_path, more):
    """Where a back end takes dependencies from requirements files, so does the graph."""
    files = {
        "services/a/pyproject.toml": f'[project]\nname = "a"\ndynamic = ["dependencies"]\n{more}',
        "services/a/requirements/_base.in": "django\nb @ ../../packages/b\n",
        "packages/b/pyproject.toml": pep621("b"),
    }

    monorepo = found(tmp_path, files)

    assert lines(monorepo) == [("services/a", "packages/b", "services/a/requirements/_base.in:2")]


def test_3_dynamic_extras_and_groups_beside_dynamic_dependencies(tmp_path):
    """A static group does not hide what is dynamic; dynamic extras are read, too."""
    manifest = """
        [project]
        name = "a"
        dynamic = ["dependencies", "optional-dependencies"]
        [dependency-groups]
        dev = ["pytest"]
        [tool.setuptools.dynamic.optional-dependencies]
        web = { file = "web.txt" }
        """
    files = {
        "services/a/pyproject.toml": manifest,
        "services/a/web.txt": "flask\n",
        "services/a/requirements.txt": "django\n",
    }

    unit = only(found(tmp_path, files), "services/a")

    assert [(one.text, one.extra, one.group) for one in unit.dependencies] == [
        ("pytest", None, "dev"),
        ("flask", "web", None),
        ("django", None, None),
    ]


def test_3_siblings_in_dynamic_requirements_count_once(tmp_path):
    """`requirements.txt` as the dynamic file, and beside the manifest, is one file."""
    files = {
        "packages/a/pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n',
        "packages/a/requirements.txt": "-e ../b\n",
        "packages/b/pyproject.toml": pep621("b"),
    }

    assert edges(found(tmp_path, files)) == [("packages/a", "packages/b")]


def test_3_path_that_leaves_the_repository_is_no_edge(tmp_path):
    """`..` beyond the root does not come back in."""
    files = {
        "packages/a/pyproject.toml": pep621("a", dependencies=["c @ ../../../packages/b"]),
        "packages/b/pyproject.toml": pep621("b"),
    }

    assert edges(found(tmp_path, files)) == []


def test_3_setup_py_that_computes_its_dependencies_falls_back_to_requirements(tmp_path):
    """What code reads from a file is taken from the usual files, also through `-r` into another unit's folder."""
    files = {
        "services/a/setup.py": "from setuptools import setup\nsetup(name='a', install_requires=open('requirements/_base.txt').read().split())\n",
        "services/a/requirements/_base.txt": "-r ../../../packages/b/requirements/_base.in\n-e ../../packages/c\n",
        "packages/b/pyproject.toml": pep621("b"),
        "packages/b/requirements/_base.in": "django\n",
        "packages/c/setup.cfg": "[metadata]\nname = c\n",
    }

    monorepo = found(tmp_path, files)

    assert only(monorepo, "services/a").manifest is ManifestKind.SETUPTOOLS
    assert edges(monorepo) == [("services/a", "packages/b"), ("services/a", "packages/c")]


@pytest.mark.parametrize(
    "reference", ["b @ ../b", "b @ file:../b", "b[x] @ {root:uri}/../b", "b @ file:///${PROJECT_ROOT}/../b"]
)
def test_3_path_behind_the_at_sign_is_an_edge(tmp_path, reference):
    """`b @ ../b`, which pip accepts and PEP 508 does not, and the spellings of back ends."""
    monorepo = found(
        tmp_path,
        {"packages/a/pyproject.toml": pep621("a", dependencies=[reference]), "packages/b/pyproject.toml": pep621("b")},
    )

    assert lines(monorepo) == [("packages/a", "packages/b", "packages/a/pyproject.toml:6")]
    assert "@" not in texts(only(monorepo, "packages/a"))[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop.git@main",
        "https://GitHub.com/acme/shop",
        "https://token@github.com/acme/shop.git@feature/one",
        "ssh://git@github.com:22/acme/shop.git@v1",
        "ssh://git@github.com/acme/shop",
    ],
)
def test_4_git_url_to_this_repository_is_an_edge(tmp_path, url):
    """However it is spelled, a git URL of a remote means the folder in the working tree, whatever its distribution's name."""
    files = {
        ".git/config": REMOTE,
        "services/a/pyproject.toml": pep621("a", dependencies=[git("packages/data-models", "models", url)]),
        "packages/data-models/pyproject.toml": pep621("models"),
    }

    assert lines(found(tmp_path, files)) == [("services/a", "packages/data-models", "services/a/pyproject.toml:6")]


@pytest.mark.parametrize(
    "url",
    [
        "git+https://GitHub.com/Acme/Shop.git@v1",
        "https://user:word@github.com/acme/shop/",
        "git@github.com:acme/shop.git",
        "ssh://git@github.com:2222/acme/shop.git@a/b",
        "git+git@github.com:acme/shop",
    ],
)
def test_4_spellings_of_one_repository_compare_equal(url):
    """Scheme, user, port, case, `.git` and the revision say nothing about which repository it is."""
    assert repository_key(url) == "github.com/acme/shop"


def test_4_git_url_of_another_repository_is_no_edge(tmp_path):
    """The same owner's other repository is third party, even with the same folder in it."""
    files = {
        ".git/config": REMOTE,
        "services/a/pyproject.toml": pep621(
            "a", dependencies=[git("packages/x", "x", "https://github.com/acme/common.git")]
        ),
        "packages/x/pyproject.toml": pep621("x"),
    }

    monorepo = found(tmp_path, files)

    assert edges(monorepo) == []
    assert texts(only(monorepo, "services/a")) == ["x @ git+https://github.com/acme/common.git#subdirectory=packages/x"]
    assert "comes from elsewhere" in reasons(monorepo)["services/a/pyproject.toml:6"]


@pytest.mark.parametrize(
    "config", [{}, {".git/config": '[remote "origin"]\n\turl = https://github.com/someone/shop\n'}]
)
def test_4_git_url_is_an_edge_in_a_fork_and_without_git(tmp_path, config):
    """A fork keeps the repository's name, an archive has no remote: the folder in the URL is taken as proof."""
    files = {
        **config,
        "services/a/pyproject.toml": pep621("a", dependencies=[git("packages/m")]),
        "packages/m/pyproject.toml": pep621("models"),
    }

    assert edges(found(tmp_path, files)) == [("services/a", "packages/m")]


def test_4_git_url_counts_from_the_git_root_and_in_worktrees(tmp_path):
    """Below the git root, subdirectories lose their front; a worktree's `.git` is a file that points to the real one."""
    config = {
        "main/.git/config": REMOTE,
        "main/.git/worktrees/w/commondir": "../..\n",
        "w/.git": "gitdir: ../main/.git/worktrees/w\n",
    }
    for path, text in config.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    files = {
        "services/a/pyproject.toml": pep621("a", dependencies=[git("python/packages/m")]),
        "packages/m/pyproject.toml": pep621("models"),
    }

    assert edges(found(tmp_path / "w/python", files)) == [("services/a", "packages/m")]


def test_5_units_of_one_name_are_both_found(tmp_path):
    """Identity is the path; a git folder or path tells which is meant."""
    files = {
        ".git/config": REMOTE,
        "packages/sql/pyproject.toml": pep621("sql"),
        "packages/sql-alt/pyproject.toml": pep621("sql"),
        "services/a/pyproject.toml": pep621("a", dependencies=[git("packages/sql-alt", "sql")]),
        "services/b/pyproject.toml": pep621("b", dependencies=["sql"]),
    }

    monorepo = found(tmp_path, files)

    assert paths(monorepo) == ["packages/sql", "packages/sql-alt", "services/a", "services/b"]
    assert edges(monorepo) == [("services/a", "packages/sql-alt")]
    assert "could be any of packages/sql, packages/sql-alt" in reasons(monorepo)["services/b/pyproject.toml:6"]


def test_6_nested_units_and_the_longest_prefix(tmp_path):
    """A unit inside a unit is one of its own, and owns its files; the root owns the rest."""
    files = {
        "pyproject.toml": pep621("root"),
        "libs/cli/pyproject.toml": pep621("cli"),
        "libs/cli/examples/pyproject.toml": pep621("examples"),
    }

    monorepo = found(tmp_path, files, packages=(".", "libs/*", "libs/*/*"))

    assert [owner(monorepo, path).path for path in ("libs/cli/examples/x.py", "libs/cli/x.py", "libs/x.py")] == [
        "libs/cli/examples",
        "libs/cli",
        ".",
    ]


@pytest.mark.parametrize(
    ("requirement", "is_edge"),
    [
        ("b==1.3.24", False),
        ("b<1.5", False),
        ("b>=1.4; python_version > '3'", True),
        ("b (>=1,<2)", True),
        ("B", True),
        ("b[x]~=1.5", True),
        ("b>=nonsense", True),
    ],
)
def test_7_version_in_the_tree_is_checked_against_the_specifier(tmp_path, requirement, is_edge):
    """A pin of another version means the released one, and the listing says so."""
    files = {
        "packages/a/pyproject.toml": pep621("a", dependencies=[requirement]),
        "packages/b/pyproject.toml": pep621("b", version="1.5.1"),
    }

    monorepo = found(tmp_path, files)

    assert edges(monorepo) == ([("packages/a", "packages/b")] if is_edge else [])
    assert (reasons(monorepo) == {}) is is_edge
    assert is_edge or "is not packages/b, whose version is 1.5.1" in reasons(monorepo)["packages/a/pyproject.toml:6"]


def test_7_source_that_names_the_sibling_outweighs_the_version(tmp_path):
    """With `[tool.uv.sources]`, the pin is for the published metadata."""
    files = {
        "packages/a/pyproject.toml": pep621(
            "a", dependencies=["b==1.3"], more='[tool.uv.sources]\nb = { path = "../b" }\n'
        ),
        "packages/b/pyproject.toml": pep621("b", version="1.5.1"),
    }

    assert edges(found(tmp_path, files)) == [("packages/a", "packages/b")]


def test_7_name_with_an_index_is_still_the_working_tree(tmp_path):
    """An index for a sibling's name changes nothing: it is never taken from an index."""
    files = {
        "packages/a/pyproject.toml": pep621(
            "a", dependencies=["b"], more='[tool.uv.sources]\nb = { index = "internal" }\n'
        ),
        "packages/b/pyproject.toml": pep621("b"),
    }

    assert edges(found(tmp_path, files)) == [("packages/a", "packages/b")]


@pytest.mark.parametrize("version", ["2.0.dev3", "2.0b1", "2.0+local"])
def test_8_development_version_satisfies_a_plain_specifier(tmp_path, version):
    """A version that exists only as a sibling is what the requirement means."""
    files = {
        "packages/a/pyproject.toml": pep621("a", dependencies=["b>=1.9"]),
        "packages/b/pyproject.toml": pep621("b", version=version),
    }

    assert edges(found(tmp_path, files)) == [("packages/a", "packages/b")]


def test_9_namespace_packages_are_units_by_their_distribution(tmp_path):
    """Two distributions that share an import name are told apart by their own names."""
    files = {
        "packages/base/pyproject.toml": pep621("acme-base"),
        "packages/base/acme/base.py": "",
        "packages/web/pyproject.toml": pep621("acme-web", dependencies=["acme.base"]),
        "packages/web/acme/web.py": "",
    }

    assert edges(found(tmp_path, files)) == [("packages/web", "packages/base")]


def test_10_pytest_configuration_is_not_discoverys_business(tmp_path):
    """A pytest table that would break a run is carried along, unread."""
    unit = only(
        found(
            tmp_path,
            {"packages/a/pyproject.toml": pep621("a", more='[tool.pytest.ini_options]\naddopts = "--strict"\n')},
        ),
        "packages/a",
    )

    assert unit.problem is None
    assert unit.document["tool"]["pytest"]["ini_options"]["addopts"] == "--strict"


def test_11_links_fixtures_and_hidden_folders(tmp_path):
    """A looping link ends, fixtures below tests/ are no units, and a hidden folder is one where a glob names it."""
    files = {
        "packages/a/pyproject.toml": pep621("a"),
        "packages/a/tests/fixtures/fake/pyproject.toml": pep621("fake"),
        ".github/scripts/pyproject.toml": pep621("scripts"),
    }
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages/loop").symlink_to("..")

    monorepo = found(tmp_path, files, packages=("packages/*", ".github/*"))

    assert paths(monorepo) == [".github/scripts", "packages/a"]
    assert reasons(monorepo) == {"packages/loop": "a symbolic link to a folder that contains it"}


def test_12_requires_python_is_each_units_own(tmp_path):
    """Whatever it spreads over, each unit keeps what it says."""
    files = {
        "services/a/pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.13,<3.14"\n',
        "services/b/pyproject.toml": '[tool.poetry]\nname = "b"\n[tool.poetry.dependencies]\npython = "^3.9"\n',
        "services/c/setup.cfg": "[metadata]\nname = c\n[options]\npython_requires = >=3.7\n",
        "services/d/requirements.txt": "",
    }

    assert [unit.requires_python for unit in found(tmp_path, files).units] == [
        ">=3.13,<3.14",
        ">=3.9,<4.0",
        ">=3.7",
        None,
    ]


def test_13_what_is_no_package_is_a_unit_still(tmp_path):
    """`package = false`, no build system, a flat layout: all are found."""
    files = {
        "services/a/pyproject.toml": pep621("a", more="[tool.uv]\npackage = false\n"),
        "services/b/pyproject.toml": '[project]\nname = "b"\n',
        "services/b/one/__init__.py": "",
        "services/b/two/__init__.py": "",
    }

    assert [unit.problem for unit in found(tmp_path, files).units] == [None, None]


def test_14_services_without_metadata_are_units(tmp_path):
    """Folders with requirements and a Dockerfile, or with manage.py, are units; a missing member is passed over."""
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["lib_test"]\n',
        "services/accounts/requirements.txt": "fastapi==0.70\n",
        "services/accounts/requirements.dev.txt": "-r requirements.txt\nblack\n",
        "services/accounts/Dockerfile": "",
        "services/shop/manage.py": "",
        "services/client/package.json": "{}",
    }

    monorepo = found(tmp_path, files)

    assert [(unit.path, unit.manifest) for unit in monorepo.units] == [
        ("services/accounts", ManifestKind.REQUIREMENTS),
        ("services/shop", ManifestKind.BARE),
    ]
    assert [(one.text, one.group) for one in monorepo.units[0].dependencies] == [
        ("fastapi==0.70", None),
        ("fastapi==0.70", "dev"),
        ("black", "dev"),
    ]
    assert sorted(reasons(monorepo)) == ["lib_test", "services/client"]


def test_15_code_outside_a_units_folder_leaves_the_unit_readable(tmp_path):
    """Polylith's `from = "../../components"` is carried in the document, for whoever looks for extra inputs."""
    manifest = '[tool.poetry]\nname = "api"\npackages = [{ include = "shop/log", from = "../../components" }]\n'

    unit = only(found(tmp_path, {"projects/api/pyproject.toml": manifest}, services=("projects/*",)), "projects/api")

    assert unit.problem is None
    assert unit.document["tool"]["poetry"]["packages"][0]["from"] == "../../components"


def test_16_test_files_of_one_name_make_units_of_their_folders(tmp_path):
    """`test_integrity.py` in each of two bare folders makes two units."""
    files = {"services/a/test_integrity.py": "", "services/b/test_integrity.py": ""}

    assert paths(found(tmp_path, files)) == ["services/a", "services/b"]


def test_17_left_overs_of_installs_are_no_units(tmp_path):
    """build/ and egg-info inside a unit are not found, even by `**`."""
    files = {
        "packages/a/pyproject.toml": pep621("a"),
        "packages/a/build/lib/pyproject.toml": pep621("a"),
        "packages/a/a.egg-info/requires.txt": "",
        "packages/a/.venv/lib/x/pyproject.toml": pep621("x"),
    }

    assert paths(found(tmp_path, files, packages=("packages/**",))) == ["packages/a"]


def test_18_build_hooks_are_not_run(tmp_path):
    """A build back end inside the tree, a hook and setup.py stay text."""
    files = {
        "packages/a/pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "hook"\nbackend-path = ["."]\n[project]\nname = "a"\nversion = "1"\n',
        "packages/a/hook.py": "raise SystemExit('it was run')\n",
        "packages/b/setup.py": "import sys\nfrom setuptools import setup\nsetup(name='b')\nsys.exit('it was run')\n",
    }

    assert [unit.problem for unit in found(tmp_path, files).units] == [None, None]


def test_templated_dependencies_beside_a_dynamic_table(tmp_path):
    """A metadata hook's own templated table is not taken for dependencies."""
    manifest = """
        [project]
        name = "deps"
        dynamic = ["version", "dependencies"]
        dependencies = []
        [tool.hooked.dependencies]
        dependencies = ["requests>={{ major }}.0"]
        """

    unit = only(found(tmp_path, {"packages/a/pyproject.toml": manifest}), "packages/a")

    assert (unit.problem, texts(unit)) == (None, [])


def test_nothing_found_is_no_crash(tmp_path):
    """An empty folder is an empty monorepo."""
    monorepo = found(tmp_path, {})

    assert (monorepo.units, monorepo.passed_over, monorepo.root) == ((), (), tmp_path.resolve())
