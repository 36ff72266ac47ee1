"""Assertions over environment and files raise one error with all findings, and refuse input with which they could not fail."""

from __future__ import annotations

import os
import runpy

import pytest

import integrity
from integrity.checks.asserts import IntegrityError
from integrity.checks.asserts.family import demand_family
from tests.checks.harness import write

READS = "import os\nA = os.environ['SHOP_A']\nB = os.environ.get('SHOP_B', 'b')\n"


def run(folder, call, **files):
    """Run a call in a test file of a unit; the findings of the error, none where it passes."""
    texts = {
        ".env.example": "",
        "shop.py": READS,
        "test_shop.py": f"import integrity\n{call}\n",
        "pyproject.toml": "",
        **files,
    }
    write(folder, texts)
    try:
        runpy.run_path(str(folder / "test_shop.py"))
    except IntegrityError as error:
        return [(finding.code, finding.entry) for finding in error.findings]
    return []


def test_set_variables_pass():
    """And those that are not fail, all at once, without a value."""
    integrity.assert_env(["PATH"], types={"PATH": f"a|{os.environ['PATH']}"})

    with pytest.raises(IntegrityError) as caught:
        integrity.assert_env(["PATH", "SHOP_NOWHERE", "SHOP_NEITHER"], types={"PATH": "integer"})

    assert sorted((each.code, each.entry) for each in caught.value.findings) == [
        ("ENV101", "SHOP_NEITHER"),
        ("ENV101", "SHOP_NOWHERE"),
        ("ENV108", "PATH"),
    ]
    assert os.environ["PATH"] not in str(caught.value)


@pytest.mark.parametrize("wrong", ["PATH", {"PATH": "1"}, os.environ])
def test_names_that_could_not_fail_are_refused(wrong):
    """A text, which would be names of one letter, and mappings, which have what they have."""
    with pytest.raises(TypeError, match="DATABASE_URL"):
        integrity.assert_env(wrong)


def test_no_names_prove_nothing():
    """An empty list is an error."""
    with pytest.raises(IntegrityError, match="nothing to examine"):
        integrity.assert_env([])


def test_types_of_what_is_not_set_prove_nothing():
    """Nothing is required, and nothing has a value that could be of another type."""
    with pytest.raises(IntegrityError, match="nothing to examine"):
        integrity.assert_env([], types={"SHOP_NOWHERE": "integer"})
    with pytest.raises(IntegrityError, match="ENV108"):
        integrity.assert_env([], types={"PATH": "integer"})


def test_type_of_a_misspelt_name_is_refused():
    """It is almost one that is required; any other may be optional."""
    with pytest.raises(TypeError, match="did you mean 'PATH'"):
        integrity.assert_env(["PATH"], types={"PAHT": "url"})
    integrity.assert_env(["PATH"], types={"SHOP_NOWHERE": "integer"})


def test_unknown_type_is_an_integrity_error():
    """It names the types that there are."""
    with pytest.raises(IntegrityError, match="did you mean 'url'"):
        integrity.assert_env(["PATH"], types={"PATH": "urls"})


def test_example_has_to_document_what_is_read(tmp_path):
    """Both ways."""
    example = {".env.example": "SHOP_A=1\nSHOP_CURRENCY=1\n"}

    assert run(tmp_path, "integrity.assert_env_documented()", **example) == [
        ("ENV106", "SHOP_CURRENCY"),
        ("ENV105", "SHOP_B"),
    ]


def test_code_and_exceptions_can_be_chosen(tmp_path):
    """By folder or glob; an outside variable has its reason."""
    call = "integrity.assert_env_documented(example='env.txt', code='src', ignore={'SHOP_B': 'set by the platform'})"

    assert (
        run(
            tmp_path,
            call,
            **{"env.txt": "SHOP_A=1\n", "src/shop/a.py": READS, "other.py": "import os\nos.environ['X']"},
        )
        == []
    )


def test_missing_example_is_an_error(tmp_path):
    """It is named."""
    assert run(tmp_path, "integrity.assert_env_documented(example='none.env')") == [("ENV105", "none.env")]


def test_nothing_read_and_nothing_documented_proves_nothing(tmp_path):
    """As where code and example are empty."""
    assert run(tmp_path, "integrity.assert_env_documented()", **{"shop.py": ""}) == [("VAC005", ".env.example")]


@pytest.mark.parametrize("code", ["'srcc'", "['src', 'srcc']"])
def test_code_that_is_not_there_is_an_error(tmp_path, code):
    """A folder that is misspelt would read nothing."""
    files = {".env.example": "SHOP_A=1\nSHOP_B=1\n", "src/shop.py": READS}

    assert ("VAC005", "srcc") in run(tmp_path, f"integrity.assert_env_documented(code={code})", **files)
    assert run(tmp_path, "integrity.assert_env_documented(code=['src', 'src/*.py'])", **files) == []


def test_files_have_to_parse_and_to_be_unambiguous(tmp_path):
    """All findings at once."""
    files = {"config/a.json": '{"a": 1, "a": 2}', "config/b.yaml": "a: [\n", "config/c.yaml": "a: 1\n"}

    assert [code for code, _ in run(tmp_path, "integrity.assert_files_valid('config/*')", **files)] == [
        "SRC101",
        "SRC104",
    ]
    assert run(tmp_path, "integrity.assert_files_valid('config/c.*')") == []


def test_glob_without_a_file_proves_nothing(tmp_path):
    """And no glob at all is refused."""
    assert run(tmp_path, "integrity.assert_files_valid('config/*.json')") == [("VAC005", "config/*.json")]
    files = {"config/a.json": "{}", "config/notes.md": "# Notes\n"}
    call = "integrity.assert_files_valid('config/*.json', 'config/*.md')"
    assert run(tmp_path, call, **files) == [("VAC005", "config/*.md")]
    with pytest.raises(TypeError, match="globs"):
        integrity.assert_files_valid()


def test_family_that_may_be_absent_proves_nothing():
    """What a run may skip, an assertion about it may not."""
    table = {"cache": {"kind": "redis", "policy": "optional", "url-env": "SHOP_NOWHERE"}}

    with pytest.raises(
        IntegrityError, match=r"VAC005.*assert_cache had nothing to examine for [A-Z]+\d+: cache is optional"
    ):
        demand_family("services", table, "assert_cache")
