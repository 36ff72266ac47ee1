"""Manifests of every kind, and what is wrong with some."""

from __future__ import annotations

import pytest

from integrity.model.outcome import ErrorKind
from integrity.model.unit import ManifestKind
from tests.discover.finding import edges, found, lines, only, paths, reasons, texts
from tests.monorepo import pep621


def test_project_table_is_read(tmp_path):
    """Name, version, requires-python, dynamic, the tool's own table and every dependency come from `[project]`."""
    unit = only(
        found(
            tmp_path,
            {
                "packages/a/pyproject.toml": """
                    [project]
                    name = "My_Package"
                    version = "1.2"
                    requires-python = ">=3.9"
                    dynamic = ["readme"]
                    dependencies = ["django>=4"]
                    [project.optional-dependencies]
                    web = ["flask"]
                    [dependency-groups]
                    test = ["pytest"]
                    dev = [{ include-group = "Test" }, "ruff"]
                    [tool.uv]
                    dev-dependencies = ["mypy"]
                    [tool.integrity]
                    timeout = 5
                    """
            },
        ),
        "packages/a",
    )

    assert (unit.name, unit.distribution, unit.version, unit.requires_python) == (
        "My_Package",
        "my-package",
        "1.2",
        ">=3.9",
    )
    assert unit.dynamic == {"readme"}
    assert unit.table == {"timeout": 5}
    assert [(one.text, one.via, one.extra, one.group) for one in unit.dependencies] == [
        ("django>=4", "project.dependencies", None, None),
        ("flask", "project.optional-dependencies.web", "web", None),
        ("pytest", "dependency-groups.test", None, "test"),
        ("pytest", "dependency-groups.test", None, "dev"),
        ("ruff", "dependency-groups.dev", None, "dev"),
        ("mypy", "tool.uv.dev-dependencies", None, "dev"),
    ]


def test_line_of_an_edge_is_that_of_its_own_table(tmp_path):
    """The same requirement in several tables is found where each stands."""
    monorepo = found(
        tmp_path,
        {
            "packages/a/pyproject.toml": """
                [project]
                name = "a"
                keywords = ["b"]
                dependencies = [
                    "b",
                ]
                [project.optional-dependencies]
                all = ["c"]
                web = [
                    "b",
                ]
                [dependency-groups]
                "test" = ["b"]
                """,
            "packages/b/pyproject.toml": pep621("b"),
        },
    )

    assert [place for _, _, place in lines(monorepo)] == [f"packages/a/pyproject.toml:{line}" for line in (5, 10, 13)]


BROKEN = {
    "no TOML": ("[project]\nname = a\n", ":2: not TOML"),
    "unclosed": ("[project]\nname = 'a'\ndependencies = [\n", "not TOML"),
    "no name": ('[project]\nversion = "1"\n', "project.name is missing"),
    "name of a template": (
        '[project]\nname = "<REPLACE ME>"\n',
        ":2: project.name '<REPLACE ME>' can be no distribution",
    ),
    "name of a wrong type": ("[project]\nname = 3\n", ":2: project.name should be a string, not a number"),
    "project is a string": ('project = "a"\n', ":1: project should be a table"),
    "dependencies are a string": (
        '[project]\nname = "a"\ndependencies = "b"\n',
        ":3: project.dependencies should be a list",
    ),
    "a dependency is a table": (
        '[project]\nname = "a"\ndependencies = [{}]\n',
        "should hold strings only, not a table",
    ),
    "a dependency is a template": (
        '[project]\nname = "a"\ndependencies = ["{{ b }}"]\n',
        "'{{ b }}' in project.dependencies is no requirement",
    ),
    "extras are a list": (
        '[project]\nname = "a"\noptional-dependencies = []\n',
        ":3: project.optional-dependencies should be a table",
    ),
    "unknown group": (
        '[project]\nname = "a"\n[dependency-groups]\ndev = [{include-group = "x"}]\n',
        "group 'x', which does not exist",
    ),
    "group includes itself": (
        '[project]\nname = "a"\n[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n',
        "includes itself: a → b → a",
    ),
    "group is a string": (
        '[project]\nname = "a"\n[dependency-groups]\ndev = "x"\n',
        "dependency-groups.dev should be a list",
    ),
    "group holds a number": ('[project]\nname = "a"\n[dependency-groups]\ndev = [1]\n', "should hold strings and"),
    "tool is a string": ('tool = "a"\n[project]\nname = "a"\n', "tool should be a table"),
    "own table is a list": ('[project]\nname = "a"\n[tool]\nintegrity = []\n', ":4: tool.integrity should be a table"),
    "poetry dependency is a number": (
        '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nb = 1\n',
        "b should be a version or a table",
    ),
    "poetry name of a template": ('[tool.poetry]\nname = "$pkg"\n', "'$pkg' can be no distribution"),
    "bytes": (b"[project]\nname = '\xff'\n", ":2: not UTF-8: byte 0xff"),
    "nested too deeply": ("x = " + "[" * 5000, "nested too deeply"),
}


@pytest.mark.parametrize(("manifest", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_manifest_is_that_units_problem(tmp_path, manifest, message):
    """A unit with a broken manifest stays a unit, with file:line and what is wrong; all others are found."""
    files = {"packages/bad/pyproject.toml": manifest, "packages/good/pyproject.toml": pep621("good")}

    monorepo = found(tmp_path, files)

    problem = only(monorepo, "packages/bad").problem
    assert problem.kind is ErrorKind.CONFIG
    assert problem.message.startswith("packages/bad/pyproject.toml:")
    assert message in problem.message
    assert only(monorepo, "packages/good").problem is None


@pytest.mark.parametrize("manifest", ["", "[tool.ruff]\n", "[build-system]\nrequires = []\n"])
def test_pyproject_of_tools_only_is_passed_over(tmp_path, manifest):
    """A `pyproject.toml` that describes no project is no manifest, and that is said."""
    monorepo = found(tmp_path, {"packages/a/pyproject.toml": manifest})

    assert paths(monorepo) == []
    assert "without [project] or [tool.poetry]" in reasons(monorepo)["packages/a"]


@pytest.mark.parametrize(
    "files",
    [
        {"manage.py": ""},
        {"test_integrity.py": ""},
        {"Dockerfile": "", "main.py": ""},
        {"pyproject.toml": "[tool.integrity]\ntimeout = 1\n"},
        {"integrity.toml": "timeout = 1\n"},
    ],
)
def test_bare_folder_with_a_sign_of_a_program_is_a_unit(tmp_path, files):
    """Without any manifest, a Django project, a test of ours, or a Dockerfile beside Python files make a unit."""
    monorepo = found(tmp_path, {f"services/a/{name}": text for name, text in files.items()})

    assert [(unit.path, unit.name, unit.manifest) for unit in monorepo.units] == [
        ("services/a", "a", ManifestKind.BARE)
    ]


def test_dockerfile_below_two_stars_is_no_sign(tmp_path):
    """`**` matches every folder; there, only a manifest or a test of ours makes a unit."""
    files = {"services/a/docker/Dockerfile": "", "services/a/docker/run.py": "", "services/b/test_integrity.py": ""}

    monorepo = found(tmp_path, files, services=("services/**",))

    assert paths(monorepo) == ["services/b"]
    assert reasons(monorepo) == {}


def test_dockerfile_without_python_is_no_unit(tmp_path):
    """A front end with a Dockerfile is passed over."""
    monorepo = found(tmp_path, {"services/web/Dockerfile": "", "services/web/package.json": "{}"})

    assert paths(monorepo) == []
    assert "services/web" in reasons(monorepo)


def test_unit_without_pyproject_is_configured_by_its_own_file(tmp_path):
    """`integrity.toml` in a folder with only requirements is its table."""
    monorepo = found(tmp_path, {"services/a/requirements.txt": "", "services/a/integrity.toml": "timeout = 7\n"})

    assert only(monorepo, "services/a").table == {"timeout": 7}


def test_direct_references_of_other_places_stay_what_they_are(tmp_path):
    """A URL of something else is neither an edge, nor lost, even when a unit has that name."""
    monorepo = found(
        tmp_path,
        {
            "packages/a/pyproject.toml": pep621(
                "a", dependencies=["b @ https://example.org/b-1.0.whl", "c @ git+https://example.org/c"]
            ),
            "packages/b/pyproject.toml": pep621("b"),
        },
    )

    assert edges(monorepo) == []
    assert texts(only(monorepo, "packages/a")) == ["b @ https://example.org/b-1.0.whl", "c @ git+https://example.org/c"]
    assert "comes from elsewhere" in reasons(monorepo)["packages/a/pyproject.toml:6"]


SETUP_PY = """
    from setuptools import setup

    NAME = "my_service"
    BASE = ["b>=1"]
    with open("version") as stream:
        version = stream.read()
    setup(
        name=NAME,
        version=version,
        install_requires=BASE + ["django"],
        extras_require={"web": ["flask"], ":python_version<'3.11'": ["tomli"]},
        python_requires=">=3.9",
    )
    """


def test_setup_py_is_read_and_never_run(tmp_path):
    """Literals, names given a literal once and added lists are known; what is computed is dynamic."""
    monorepo = found(
        tmp_path,
        {
            "services/a/setup.py": SETUP_PY + "raise SystemExit('it was run')\n",
            "packages/b/setup.py": 'import setuptools\nsetuptools.setup(name="b", version="1.4")\n',
        },
    )
    unit = only(monorepo, "services/a")

    assert (unit.name, unit.distribution, unit.version) == ("my_service", "my-service", None)
    assert (unit.manifest, unit.manifest_path) == (ManifestKind.SETUPTOOLS, "services/a/setup.py")
    assert unit.requires_python == ">=3.9"
    assert unit.dynamic == {"version"}
    assert [(one.text, one.extra) for one in unit.dependencies] == [
        ("b>=1", None),
        ("django", None),
        ("flask", "web"),
        ("tomli ; python_version<'3.11'", None),
    ]
    assert lines(monorepo) == [("services/a", "packages/b", "services/a/setup.py:4")]


def test_setup_cfg_is_read(tmp_path):
    """Declarative setuptools: metadata, options, extras, `file:` and `%` signs."""
    monorepo = found(
        tmp_path,
        {
            "packages/a/setup.cfg": """
                [metadata]
                name = a
                version = attr: a.__version__
                description = 100% plain
                [options]
                python_requires = >=3.9
                install_requires =
                    b>=1
                    # a comment
                    django
                    c @ https://example.org/a%20b.zip
                [options.extras_require]
                web = file: web.txt
                """,
            "packages/a/setup.py": "from setuptools import setup\nsetup()\n",
            "packages/a/web.txt": "flask\n",
            "packages/b/setup.cfg": "[metadata]\nname = b\nversion = 1.0\n",
        },
    )
    unit = only(monorepo, "packages/a")

    assert (unit.name, unit.version, unit.requires_python) == ("a", None, ">=3.9")
    assert [(one.text, one.extra) for one in unit.dependencies] == [
        ("b>=1", None),
        ("django", None),
        ("c @ https://example.org/a%20b.zip", None),
        ("flask", "web"),
    ]
    assert lines(monorepo) == [("packages/a", "packages/b", "packages/a/setup.cfg:8")]


def test_setup_py_name_that_is_given_twice_is_not_guessed(tmp_path):
    """Which of two values holds is known only to a run."""
    text = 'from setuptools import setup\nNAME = "one"\nNAME = "two"\nsetup(name=NAME)\n'

    assert only(found(tmp_path, {"services/a/setup.py": text}), "services/a").name == "a"


def test_setup_py_without_name_is_named_by_its_folder(tmp_path):
    """`setup()` alone still makes a unit."""
    monorepo = found(tmp_path, {"services/a/setup.py": "from setuptools import setup\nsetup(packages=[])\n"})

    assert only(monorepo, "services/a").name == "a"


@pytest.mark.parametrize("text", ["print('set up the machine')\n", "def setup():\n    pass\n"])
def test_setup_py_that_calls_no_setup_is_no_manifest(tmp_path, text):
    """A script that happens to be named so makes no unit."""
    assert paths(found(tmp_path, {"services/a/setup.py": text})) == []


def test_setup_cfg_of_tools_only_is_no_manifest(tmp_path):
    """flake8's configuration makes no unit."""
    assert paths(found(tmp_path, {"services/a/setup.cfg": "[flake8]\nmax-line-length = 100\n"})) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"setup.py": "from setuptools import setup\nprint 'hi'\nsetup()\n"}, "setup.py:2: not Python 3"),
        ({"setup.cfg": "[metadata]\nname = a\nno value here\n"}, "setup.cfg:3: not an INI file"),
        (
            {"setup.py": "from setuptools import setup\nsetup(name='{{ name }}')\n"},
            "'{{ name }}' can be no distribution",
        ),
    ],
)
def test_broken_setuptools_files_are_that_units_problem(tmp_path, files, message):
    """What can't be parsed names file and line."""
    monorepo = found(tmp_path, {f"services/a/{name}": text for name, text in files.items()})

    assert message in only(monorepo, "services/a").problem.message
