"""`integrity check`: which units it examines, what it says of them, and what it never passes over."""

from __future__ import annotations

import pytest

from integrity.checks.codes import all_codes
from integrity.commands.check import CheckRequest, run, selected_codes
from integrity.errors import NothingSelectedError, UsageError
from integrity.report.line import plain
from integrity.settings import load_root
from tests.monorepo import make_monorepo, pep621

TWICE = '{"a": 1, "b": 2, "a": 3}\n'
TESTED = {"services/billing/test_integrity.py": "from billing import VALUE\n\ndef test_value():\n    assert VALUE\n"}


def checked(root, files, *selectors, select=()):
    make_monorepo(root, files)
    settings = load_root(root, environ={}, flags={})
    return run(CheckRequest(selectors=selectors, select=select), settings)


def found(checkup):
    """`(unit, code, path)` of each finding, in the order in which they are shown."""
    return [(unit.name, each.code, each.places[0].path) for unit in checkup.units for each in unit.findings]


def monorepo(**more):
    """Two units and a file of neither, each with the same defect."""
    return {
        "pyproject.toml": "[tool.integrity]\n",
        "shared.json": TWICE,
        "services/billing/pyproject.toml": pep621("shop-billing"),
        "services/billing/config.json": TWICE,
        "packages/plans/pyproject.toml": pep621("plans"),
        "packages/plans/config.json": TWICE,
    } | more


def test_units_come_by_path_and_what_nobody_owns_at_the_end(tmp_path):
    """Every file is examined once, as its unit's."""
    assert found(checked(tmp_path, monorepo(), select=("SRC101",))) == [
        ("plans", "SRC101", "packages/plans/config.json"),
        ("shop-billing", "SRC101", "services/billing/config.json"),
        ("", "SRC101", "shared.json"),
    ]


def test_named_units_are_examined_alone(tmp_path):
    """By name, path, glob or kind; what no unit owns is not among them."""
    make_monorepo(tmp_path, monorepo())

    for selector in ("shop-billing", "services/billing", "kind:service", "services/*"):
        checkup = checked(tmp_path, {}, selector, select=("SRC101",))
        assert [unit.path for unit in checkup.units] == ["services/billing"]
        assert len(found(checkup)) == 1


def test_unknown_unit_is_a_usage_error(tmp_path):
    """With the nearest name."""
    with pytest.raises(UsageError, match="'shop-billing'"):
        checked(tmp_path, monorepo(), "shop-biling")


def test_folder_without_units_is_examined_whole(tmp_path):
    """No configuration and no manifest is needed."""
    checkup = checked(tmp_path, {"app/config.json": TWICE, "app/main.py": "x = 1\n"}, select=("SRC",))

    assert found(checkup) == [("", "SRC101", "app/config.json")]
    assert not checkup.is_green


def test_empty_folder_is_not_green(tmp_path):
    """Nothing to examine is an exit code of its own."""
    with pytest.raises(NothingSelectedError, match="nothing to examine"):
        checked(tmp_path, {})


def test_unit_at_the_root_owns_the_rest(tmp_path):
    """Its files are examined once."""
    files = monorepo(
        **{"pyproject.toml": '[project]\nname = "top"\nversion = "1"\n[tool.integrity]\nservices = ["."]\n'}
    )

    checkup = checked(tmp_path, files, select=("SRC101",))

    assert ("top", "SRC101", "shared.json") in found(checkup)
    assert [path for _, _, path in found(checkup)].count("shared.json") == 1


def test_wrong_declaration_is_the_units_own_trouble(tmp_path):
    """It is told with file and line, it counts as an error, and the other unit is examined."""
    table = "[tool.integrity]\nregistreis = { plans = 'plans:PLANS' }\n"
    files = monorepo(
        **{
            "services/billing/pyproject.toml": f"{pep621('shop-billing')}\n{table}",
            "packages/plans/config.json": "{}\n",
        }
    )

    checkup = checked(tmp_path, files, "shop-billing", "plans", select=("SRC101",))

    assert {unit.name: unit.trouble is not None for unit in checkup.units} == {"plans": False, "shop-billing": True}
    text = "\n".join(map(plain, checkup.lines()))
    assert "services/billing/pyproject.toml:13: unknown key" in text
    assert "'registries'" in text
    assert checkup.counted("error") == 1
    assert not checkup.is_green


def test_wrong_value_of_a_check_is_told_with_its_line(tmp_path):
    """The check library judges; the settings know where it stands."""
    table = "[tool.integrity.checks.env]\nnosuch = 1\n"
    files = monorepo(**{"services/billing/pyproject.toml": f"{pep621('shop-billing')}\n{table}"})

    (unit,) = checked(tmp_path, files, "shop-billing").units

    assert unit.trouble.message.startswith("services/billing/pyproject.toml:13: checks.env: unknown key")


def test_broken_manifest_is_the_units_trouble(tmp_path):
    """What it declares can't be known."""
    (unit,) = checked(tmp_path, monorepo(**{"services/billing/pyproject.toml": "[project\n"}), "services/billing").units

    assert "services/billing/pyproject.toml:1" in unit.trouble.message


def test_registry_of_a_unit_is_examined(tmp_path):
    """What a unit declares is looked for, where sources are enough."""
    declared = '[tool.integrity.registries]\nplans = "billing:PLANS"\n'
    files = monorepo(
        **{
            "services/billing/pyproject.toml": f"{pep621('shop-billing')}\n{declared}",
            "services/billing/billing.py": 'PLANS = {"pro": 1, "pro": 2}\n',
            "services/billing/config.json": "{}\n",
        }
    )

    checkup = checked(tmp_path, files, "shop-billing", select=("REG101",))

    assert {(code, path) for _, code, path in found(checkup)} == {("REG101", "services/billing/billing.py")}
    assert {finding.registry for unit in checkup.units for finding in unit.findings} >= {"plans"}


def test_declaration_of_the_root_is_of_what_no_unit_owns(tmp_path):
    """It is not inherited by units."""
    files = monorepo(
        **{
            "pyproject.toml": '[tool.integrity]\n[tool.integrity.registries]\nplans = "tools:PLANS"\n',
            "tools.py": 'PLANS = {"pro": 1, "pro": 2}\n',
        }
    )

    checkup = checked(tmp_path, files, select=("REG",))

    assert {name for name, code, _ in found(checkup) if code == "REG101"} == {""}
    assert [unit.trouble for unit in checkup.units] == [None, None, None]
    assert [unit.findings for unit in checkup.units if unit.name] == [(), ()]


def test_files_that_do_not_parse_are_never_passed_over(tmp_path):
    """They are named with line and reason, in text too; they are no error by themselves."""
    files = {"a.py": "x = 1\n", **{f"template{number}.py": "{{ name }}:\n" for number in range(7)}}

    checkup = checked(tmp_path, files, select=("SRC101",))

    (unit,) = checkup.units
    assert [(each.path, each.line) for each in unit.unexamined] == [(f"template{number}.py", 1) for number in range(7)]
    assert checkup.is_green
    text = "\n".join(map(plain, checkup.lines()))
    assert "not examined: 7 files" in text
    assert "template0.py:1: " in text
    assert "… and 2 more" in text
    assert "template6.py:1: " in "\n".join(map(plain, checkup.lines(verbose=True)))
    assert "examined 1 file," in text


def test_selection_is_by_code_slug_or_beginning(tmp_path):
    """Each name means at least one code; several add up."""
    registries = {code for code in all_codes() if code.startswith("REG")}

    assert selected_codes(["reg"]) == registries
    assert selected_codes(["duplicate-key", "SRC101"]) == {"REG101", "SRC101"}
    with pytest.raises(UsageError, match=r"no code 'REG10l'. Did you mean REG1"):
        selected_codes(["REG10l"])
    with pytest.raises(UsageError, match="Did you mean REG101"):
        selected_codes(["duplicat-key"])
    with pytest.raises(UsageError, match="no code ''"):
        selected_codes([" "])


def test_code_that_needs_an_env_is_not_selected_in_vain():
    """A selection under which nothing could be found is no green."""
    code = next(row.code for row in all_codes().values() if not row.is_static)

    with pytest.raises(UsageError, match=code):
        selected_codes([code])


def test_only_selected_codes_are_found(tmp_path):
    """The same defects, another selection."""
    files = {"a.json": TWICE, "a.py": 'X = {"a": 1, "b": 2, "a": 3}\n'}

    assert {code for _, code, _ in found(checked(tmp_path, files, select=("SRC101",)))} == {"SRC101"}
    assert {code for _, code, _ in found(checked(tmp_path, files, select=("REG101",)))} == {"REG101"}


def test_declared_duplicate_is_told_once(tmp_path):
    """A declared registry's repeated key is not told again as a literal's."""
    (tmp_path / "pyproject.toml").write_text('[tool.integrity.registries]\nlimits = "limits:LIMITS"\n')
    (tmp_path / "limits.py").write_text('LIMITS = {"a": 1, "a": 2}\nOTHER = {"b": 1, "b": 2}\n')

    (unit,) = run(CheckRequest(), load_root(tmp_path, environ={}, flags={})).units

    assert [(each.code, each.registry, each.places[0].line) for each in unit.findings] == [
        ("REG101", "limits", 1),
        ("REG101", "", 2),
    ]


def test_globs_that_match_nothing_are_an_error(tmp_path):
    """A root that names its units and has none is not green."""
    (tmp_path / "pyproject.toml").write_text('[tool.integrity]\nservices = ["servces/*"]\n')
    (tmp_path / "a.py").write_text("A = 1\n")

    with pytest.raises(NothingSelectedError, match="match no folder"):
        run(CheckRequest(), load_root(tmp_path, environ={}, flags={}))


def test_files_that_could_not_be_examined_are_not_counted(tmp_path):
    """Too large ones, and JSON that doesn't parse: they are noted."""
    (tmp_path / "large.json").write_bytes(b" " * 2_000_001)
    (tmp_path / "broken.json").write_text("{]")
    (tmp_path / "plans.json").write_text("{}")

    (unit,) = checked(tmp_path, {}).units

    assert unit.files == 1
    assert sorted(note.split()[0] for note in unit.notes) == ["broken.json", "large.json"]
