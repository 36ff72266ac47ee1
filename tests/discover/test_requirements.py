"""Requirements files: which are read, and what their lines mean."""

from __future__ import annotations

import pytest

from integrity.discover.requirements import requirement_files
from integrity.model.unit import ManifestKind
from tests.discover.finding import REMOTE, edges, found, lines, only, texts
from tests.monorepo import pep621

BASE = {"packages/base/pyproject.toml": pep621("shop-base", version="2.0")}


def service(text, **more):
    return {"services/a/requirements.txt": text, **BASE, **more}


@pytest.mark.parametrize(
    ("names", "inner", "expected"),
    [
        (["requirements.txt"], [], [("requirements.txt", None)]),
        (
            ["requirements.txt", "requirements-dev.txt", "test-requirements.txt", "requirements.auto.txt", "notes.txt"],
            [],
            [("requirements.txt", None), ("requirements-dev.txt", "dev"), ("test-requirements.txt", "test")],
        ),
        (["requirements.txt"], ["prod.txt", "dev.txt"], [("requirements.txt", None), ("requirements/dev.txt", "dev")]),
        (
            ["requirements.in"],
            ["base.txt", "tests.txt"],
            [("requirements/base.txt", None), ("requirements/tests.txt", "test")],
        ),
        (
            ["requirements_prod.txt", "requirements-lint.txt"],
            [],
            [("requirements_prod.txt", None), ("requirements-lint.txt", "lint")],
        ),
    ],
)
def test_which_files_make_up_a_unit(names, inner, expected):
    """`requirements.txt` always holds; files named for development, tests or lint are groups; without it, all others hold."""
    assert requirement_files(names, inner) == expected


def test_lines_of_every_form(tmp_path):
    """Comments, options, hashes, continued lines, extras, markers and URLs."""
    unit = only(
        found(
            tmp_path,
            service(
                """
                # a comment
                --index-url https://example.org/simple
                -c constraints.txt
                --no-binary :all:
                Django >= 4.2  # why
                celery[redis]==5.4.0 ; python_version > "3.8"
                urllib3==2.0 \\
                    --hash=sha256:aa \\
                    --hash=sha256:bb
                git+https://example.org/tool.git@v1#egg=tool&subdirectory=py
                https://example.org/files/wheel-1.0-py3-none-any.whl
                named @ https://example.org/named.zip
                -e git+ssh://git@example.org/owner/editable.git#egg=editable[x]
                """
            ),
        ),
        "services/a",
    )

    assert (unit.manifest, unit.manifest_path, unit.name) == (
        ManifestKind.REQUIREMENTS,
        "services/a/requirements.txt",
        "a",
    )
    assert texts(unit) == [
        "Django >= 4.2",
        'celery[redis]==5.4.0 ; python_version > "3.8"',
        "urllib3==2.0",
        "tool @ git+https://example.org/tool.git@v1#egg=tool&subdirectory=py",
        "wheel @ https://example.org/files/wheel-1.0-py3-none-any.whl",
        "named @ https://example.org/named.zip",
        "editable[x] @ git+ssh://git@example.org/owner/editable.git#egg=editable[x]",
    ]
    assert [one.place.line for one in unit.dependencies] == [5, 6, 7, 10, 11, 12, 13]


@pytest.mark.parametrize(
    "line",
    [
        "-e ../../packages/base",
        "--editable=../../packages/base",
        "-e ../../packages/base[sql]  # comment",
        "../../packages/base",
        "./../../packages/base ; python_version > '3.8'",
        "shop-base @ ../../packages/base",
        "shop_base[sql] @ file:../../packages/base",
        "file:../../packages/base",
        "-e file:../../packages/base#egg=shop-base",
        "./packages/base",
        "shop.base",
        "shop-base==2.0",
        "git+https://github.com/acme/shop.git#egg=shop-base&subdirectory=packages/base",
        "-e git+ssh://git@github.com/acme/shop.git@feature/x#subdirectory=packages/base",
    ],
)
def test_lines_that_mean_a_sibling(tmp_path, line):
    """A path, editable or not, a file URL, a name, and a git URL of this repository are edges."""
    monorepo = found(tmp_path, service(f"{line}\n", **{".git/config": REMOTE}))

    assert lines(monorepo) == [("services/a", "packages/base", "services/a/requirements.txt:1")]
    dependency = only(monorepo, "services/a").dependencies[0]
    assert dependency.name == "shop-base"
    assert dependency.target_extras == (("sql",) if "[sql]" in line else ())


def test_absolute_file_url_inside_the_root_means_the_sibling(tmp_path):
    """`file:///…` of a folder below the root is that unit."""
    monorepo = found(tmp_path, service(f"shop-base @ file://{tmp_path}/packages/base\n"))

    assert edges(monorepo) == [("services/a", "packages/base")]


def test_folder_that_is_no_unit_becomes_a_url(tmp_path):
    """A vendored folder or wheel is a third-party dependency with a file URL."""
    monorepo = found(
        tmp_path,
        service("./vendor/lib[x]\n./vendor/other-1.0-py3-none-any.whl\n", **{"services/a/vendor/lib/setup.py": ""}),
    )

    assert edges(monorepo) == []
    assert texts(only(monorepo, "services/a")) == [
        f"lib[x] @ file://{tmp_path}/services/a/vendor/lib",
        f"other @ file://{tmp_path}/services/a/vendor/other-1.0-py3-none-any.whl",
    ]


def test_editable_self_is_no_edge(tmp_path):
    """`-e .` is the unit itself."""
    monorepo = found(tmp_path, service("-e .\ndjango\n"))

    assert texts(only(monorepo, "services/a")) == ["django"]


def test_included_files_are_read_where_they_lie(tmp_path):
    """`-r` is followed, relative to the file, also in circles; places name the file that holds the line."""
    files = service(
        "-r requirements/prod.txt\n",
        **{
            "services/a/requirements/prod.txt": "-r ../requirements.txt\n-r more/x.in\n-e ../../packages/base\n",
            "services/a/requirements/more/x.in": "django\n",
        },
    )

    monorepo = found(tmp_path, files)

    assert texts(only(monorepo, "services/a")) == ["django", "shop-base"]
    assert lines(monorepo) == [("services/a", "packages/base", "services/a/requirements/prod.txt:3")]


def test_file_of_another_unit_is_an_edge_to_it(tmp_path):
    """Including a sibling's requirements depends on that sibling, and on what it lists."""
    monorepo = found(
        tmp_path,
        service(
            "-r ../../packages/base/requirements/_base.in\n", **{"packages/base/requirements/_base.in": "django\n"}
        ),
    )

    assert edges(monorepo) == [("services/a", "packages/base")]
    assert texts(only(monorepo, "services/a")) == ["shop-base", "django"]


@pytest.mark.parametrize("target", ["missing.txt", "../../../outside.txt"])
def test_missing_included_file_is_the_units_problem(tmp_path, target):
    """An include that can't be read is named with its line."""
    monorepo = found(tmp_path, service(f"django\n-r {target}\n"))

    assert "services/a/requirements.txt:2: includes" in only(monorepo, "services/a").problem.message


def test_line_that_is_no_requirement_is_the_units_problem(tmp_path):
    """Templates in a requirements file are named with their line."""
    monorepo = found(tmp_path, service("{{ requirements }}\n"))

    assert (
        "services/a/requirements.txt:1: '{{ requirements }}' is no requirement"
        in only(monorepo, "services/a").problem.message
    )


@pytest.mark.parametrize("data", ["\ufeffdjango\n".encode(), "django\r\n".encode("utf-16"), b"django # \xe9\n"])
def test_any_encoding_is_read(tmp_path, data):
    """What Windows saves, and stray bytes in a comment, do no harm."""
    assert texts(only(found(tmp_path, {"services/a/requirements.txt": data}), "services/a")) == ["django"]


def test_group_files_are_groups(tmp_path):
    """`requirements-dev.txt` holds under the group `dev`."""
    unit = only(
        found(tmp_path, service("django\n", **{"services/a/requirements-dev.txt": "-r requirements.txt\npytest\n"})),
        "services/a",
    )

    assert [(one.text, one.group) for one in unit.dependencies] == [
        ("django", None),
        ("django", "dev"),
        ("pytest", "dev"),
    ]


def test_sibling_paths_beside_a_silent_manifest_are_edges(tmp_path):
    """`-e ../base` only in requirements.txt is an edge, too; pins there are pip's business."""
    monorepo = found(
        tmp_path,
        {
            "packages/a/pyproject.toml": pep621("a", dependencies=["django"]),
            "packages/a/requirements.txt": "django==4.2\n-e ../base\n-r gone.txt\n",
            **BASE,
        },
    )
    monorepo_whole = found(tmp_path, {"packages/a/requirements.txt": "django==4.2\n-e ../base\n"})

    assert edges(monorepo) == []
    assert edges(monorepo_whole) == [("packages/a", "packages/base")]
    assert texts(only(monorepo_whole, "packages/a")) == ["django", "shop-base"]
