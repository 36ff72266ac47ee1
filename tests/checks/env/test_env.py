"""What is read, documented, declared and set has to be the same; what nobody can know is not told."""

from __future__ import annotations

import dataclasses

import pytest

from integrity.checks.env import cases
from integrity.checks.env.known import is_platform, is_secret_name, is_to_be_changed, secret_shape
from integrity.checks.env.siblings import sibling_modules
from integrity.checks.env.values import TYPES, is_of_type, type_problem
from integrity.checks.judging import case_id, result_of
from integrity.checks.sources.compose import interpolations
from integrity.checks.unit import allowances_of, declarations_of, unit_around
from tests.checks.harness import examined, run_tests, write

DECLARED = "[tool.integrity.checks.env]\n"
READS = "import os\nA = os.environ['SHOP_A']\nB = os.environ.get('SHOP_B', 'b')\n"


def found(folder, **files):
    named = {"env": ".env.example", "code": "shop.py", "table": "pyproject.toml"}
    texts = {named.get(name, name): text for name, text in files.items()}
    if "pyproject.toml" in texts:
        texts["pyproject.toml"] = DECLARED + texts["pyproject.toml"]
    return [(finding.code, finding.entry) for finding in examined(write(folder, texts))]


def test_unit_without_example_is_left_alone(tmp_path):
    """Nothing says what it means to document."""
    assert found(tmp_path, code=READS) == []


def test_undeclared_example_has_to_have_what_the_code_fails_without(tmp_path):
    """But not what has a default: examples may be short."""
    assert found(tmp_path, code=READS, env="SHOP_C=1\n", **{"run.sh": "echo $SHOP_C"}) == [("ENV105", "SHOP_A")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "ENV SHOP_A=1\n"),
        ("compose.yaml", "services: {web: {environment: {SHOP_A: 1}}}\n"),
        (".github/workflows/test.yml", "on: push\nenv:\n  SHOP_A: 1\n"),
        ("deploy/.env.sample", "SHOP_A=1\n"),
        ("other.py", "import os\nos.environ['SHOP_A'] = '1'\n"),
        ("other.py", "import os\nos.environ.get('SHOP_A')\n"),
    ],
)
def test_required_variable_that_another_file_gives_is_fine_undeclared(tmp_path, path, text):
    """Whoever starts the unit that way has it."""
    assert found(tmp_path, code=READS, env="SHOP_B=1\n", **{path: text}) == []


@pytest.mark.parametrize("path", ["tests/test_shop.py", "docs/conf.py", "migrations/env.py", "examples/one.py"])
def test_what_only_tests_and_documents_read_is_no_business_of_the_example(tmp_path, path):
    """Without a declaration."""
    files = {path: "import os\nos.environ['SHOP_T']\n"}

    assert found(tmp_path, code=READS, env="SHOP_A=\nSHOP_B=\n", **files) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "echo ${SHOP_C}"),
        ("Procfile", "web: gunicorn -w $SHOP_C"),
        ("web/app.ts", "process.env.SHOP_C"),
        ("other.py", "NAMES = ['SHOP_C']"),
        ("tests/test_shop.py", "import os\nos.environ['SHOP_C']"),
        ("Makefile", "run:\n\techo $(SHOP_C)"),
    ],
)
def test_documented_variable_that_another_file_mentions_is_read(tmp_path, path, text):
    """Whatever the file is, but for prose and other .env files."""
    assert found(tmp_path, code=READS, env="SHOP_A=\nSHOP_C=\n", **{path: text}) == []


@pytest.mark.parametrize("path", ["README.md", ".env", "docs/a.rst"])
def test_prose_reads_nothing(tmp_path, path):
    """Nor does another .env file."""
    assert found(tmp_path, code=READS, env="SHOP_A=\nSHOP_CURRENCY=\n", **{path: "SHOP_CURRENCY=1"}) == [
        ("ENV106", "SHOP_CURRENCY")
    ]


def test_nothing_is_called_unread_where_names_are_made_as_the_code_runs(tmp_path):
    """Without a declaration: any name may be read there."""
    code = READS + "for name in NAMES:\n    os.environ.get(name)\n"

    assert found(tmp_path, code=code, env="SHOP_A=\nSHOP_CURRENCY=\n") == []


def test_example_speaks_for_the_code_below_its_folder(tmp_path):
    """A deeper example takes over; what lies beside is nobody's."""
    files = {
        "web/.env.example": "SHOP_A=\n",
        "web/app.py": "import os\nos.environ['SHOP_A']\n",
        "web/jobs/.env.sample": "SHOP_J=\n",
        "web/jobs/run.py": "import os\nos.environ['SHOP_J']\nos.environ['SHOP_K']\n",
        "other/app.py": "import os\nos.environ['SHOP_O']\n",
    }

    assert found(tmp_path, **files) == [("ENV105", "SHOP_K")]


def test_declared_contract_demands_every_read(tmp_path):
    """Also of what has a default."""
    assert found(tmp_path, table="", code=READS, env="SHOP_A=1\n") == [("ENV105", "SHOP_B")]


def test_declared_names_have_to_be_documented(tmp_path):
    """Even where nothing of the unit reads them itself."""
    files = {
        "table": "required = ['SHOP_A', 'SHOP_C']\noptional = ['SHOP_B']\n",
        "code": READS,
        "env": "SHOP_A=1\n#SHOP_B=b\n",
    }

    assert sorted(found(tmp_path, **files)) == [("ENV104", "SHOP_C"), ("ENV105", "SHOP_C")]


def test_outside_variables_are_ignored_with_a_reason(tmp_path):
    """Read or documented."""
    table = "ignore = { SHOP_A = 'set by the platform', SHOP_C = 'read by a library' }\n"

    assert found(tmp_path, table=table, code=READS, env="SHOP_B=\nSHOP_C=\n") == []


def test_code_can_be_chosen(tmp_path):
    """By globs, which may lead to tests too."""
    files = {
        "table": "code = ['src/*.py', 'tests/*.py']\n",
        "code": READS,
        "src/a.py": READS,
        "tests/test_a.py": "import os\nos.getenv('SHOP_T')\n",
    }

    assert found(tmp_path, env="SHOP_A=\nSHOP_B=\n", **files) == [("ENV105", "SHOP_T")]


def test_declared_contract_over_nothing_is_an_error(tmp_path):
    """It would prove nothing."""
    assert found(tmp_path, table="code = ['nowhere/*.py']\n", code=READS, env="") == [("VAC005", "env:undocumented")]
    assert found(tmp_path / "bare", table="", code="x = 1\n") == [("VAC005", "env:undeclared")]


def test_missing_example_is_an_error(tmp_path):
    """Where one is declared."""
    assert {code for code, _ in found(tmp_path, table="example = 'env/.env.example'\n", code=READS)} == {"ENV105"}


def test_base_classes_of_a_sibling_are_read(tmp_path):
    """They stand in another unit of the monorepo."""
    files = {
        ".git/HEAD": "",
        "packages/kit/src/kit/__init__.py": "from kit.bases import TokenSettings\n",
        "packages/kit/src/kit/bases.py": "from pydantic_settings import BaseSettings\nclass TokenSettings(BaseSettings):\n    service_token: str\n",
        "services/shop/pyproject.toml": DECLARED,
        "services/shop/.env.example": "SHOP_NAME=x\nUNUSED=1\n",
        "services/shop/shop.py": "from kit import TokenSettings\nclass S(TokenSettings):\n    shop_name: str\n",
    }
    write(tmp_path, files)
    unit = unit_around(str(tmp_path / "services" / "shop" / "x"))

    results = [
        result_of(case, unit, allowances_of(unit), is_declared=True) for case in cases(unit, {}) if case.is_static
    ]

    assert [(finding.code, finding.entry) for each in results for finding in each.findings] == [
        ("ENV105", "SERVICE_TOKEN"),
        ("ENV106", "UNUSED"),
    ]
    assert results[0].findings[0].places[0].path == "packages/kit/src/kit/bases.py"


def test_defaults_of_secrets_are_not_shown(tmp_path):
    """Others are."""
    files = {
        "shop/__init__.py": "",
        "shop/a.py": "import os\nos.getenv('SHOP_TOKEN', 'hunter2')\nos.getenv('SHOP_SIZE', '12')\n",
        "shop/b.py": "import os\nos.getenv('SHOP_TOKEN', 'hunter3')\nos.getenv('SHOP_SIZE', '13')\n",
    }

    findings = examined(write(tmp_path, files))

    assert [finding.entry for finding in findings] == ["SHOP_TOKEN", "SHOP_SIZE"]
    assert "hunter" not in repr(findings)
    assert "'12' and '13'" in findings[1].message


def test_defaults_in_one_file_or_two_packages_are_left_alone(tmp_path):
    """Without a declaration: whoever wrote them saw both, or nobody shares them."""
    files = {
        "shop/__init__.py": "",
        "shop/a.py": "import os\nos.getenv('SHOP_SIZE', '12') or os.getenv('SHOP_SIZE', '13')\n",
        "bank/__init__.py": "",
        "bank/a.py": "import os\nos.getenv('SHOP_SIZE', '14')\nos.getenv('SHOP_NAME', '')\n",
        "bank/b.py": "import os\nos.getenv('SHOP_SIZE')\nos.getenv('SHOP_NAME', 'x')\n",
    }

    assert found(tmp_path, **files) == []


def test_no_value_of_an_environment_is_told(tmp_path, newest):
    """In whatever way it is wrong."""
    files = {
        "pyproject.toml": f"{DECLARED}required = ['SHOP_A', 'SHOP_B']\nprefix = 'SHOP_'\ntypes = {{ SHOP_A = 'integer', SHOP_B = 'log|smtp' }}\n",
        "shop.py": READS,
        ".env.example": "SHOP_A=hunter1\nSHOP_B=hunter2\n",
    }

    found, output = run_tests(
        write(tmp_path, files), newest, SHOP_A="hunter3", SHOP_B="  ", SHOP_AB="hunter4", SHOP_C="<hunter5>"
    )

    assert {finding["code"] for finding in found} == {"ENV102", "ENV107", "ENV108"}
    assert "hunter" not in output + repr(found)


def test_placeholder_is_a_warning(tmp_path, newest):
    """The run goes on; what is set to nothing is an error."""
    files = {
        "pyproject.toml": f"{DECLARED}required = ['SHOP_A', 'SHOP_B']\n",
        "shop.py": READS,
        ".env.example": "SHOP_A=\nSHOP_B=\n",
    }

    found, output = run_tests(write(tmp_path, files), newest, SHOP_A="change-me", SHOP_B="\t")

    assert [(finding["code"], finding["entry"], finding["level"]) for finding in found] == [
        ("ENV102", "SHOP_A", "warning"),
        ("ENV102", "SHOP_B", "error"),
    ], output


def test_variables_are_looked_at_before_the_unit_is_imported(tmp_path, newest):
    """A unit that can't be imported without them is told which."""
    files = {"pyproject.toml": DECLARED, "shop.py": READS, ".env.example": "SHOP_A=\nSHOP_B=\n"}

    found, output = run_tests(write(tmp_path, files), newest)

    assert [(finding["code"], finding["entry"]) for finding in found] == [("ENV101", "SHOP_A")], output
    assert [place["line"] for place in found[0]["places"]] == [2, 1]


def test_unset_variable_is_found_in_the_case_that_pydantic_takes(tmp_path, newest):
    """Or under another of its names."""
    settings = "from pydantic import AliasChoices, Field\nfrom pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    shop_a: str\n    shop_b: str = Field(alias='B')\n    c: str = Field(validation_alias=AliasChoices('C', 'SHOP_C'))\n"
    files = {"pyproject.toml": DECLARED, "shop.py": settings, ".env.example": "SHOP_A=\nB=\nSHOP_C=\n"}

    found, output = run_tests(write(tmp_path, files), newest, shop_a="x", B="y", SHOP_C="z")

    assert found == [], output


def test_class_that_is_no_settings_class_is_an_error(tmp_path, oldest):
    """So is one that can't be imported."""
    files = {
        "pyproject.toml": f"{DECLARED}settings = ['shop:A', 'shop:B']\n",
        "shop.py": "class A: ...\n",
        ".env.example": "SHOP_A=\n",
    }

    found, _ = run_tests(write(tmp_path, files), oldest)

    assert {finding["code"] for finding in found} == {"ENV103"}


def test_unknown_type_is_an_error(tmp_path):
    """With the nearest one."""
    found = examined(
        write(
            tmp_path,
            {
                "pyproject.toml": f"{DECLARED}types = {{ SHOP_A = 'integr' }}\n",
                "shop.py": READS,
                ".env.example": "SHOP_A=\nSHOP_B=\n",
            },
        )
    )

    assert [(finding.code, finding.places[0].line) for finding in found] == [("ENV108", 2)]
    assert "did you mean 'integer'?" in found[0].message


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("integer", ["1", "-1", " 7 "], ["1.5", "x", "1 2"]),
        ("number", ["1", "1.5", "1e3"], ["x", "1,5"]),
        ("boolean", ["true", "False", "1", "off"], ["2", "maybe"]),
        (
            "url",
            ["redis://h:1/0", "https://a.b", "sqlite:///x.db", "sqlite://", "mailto:a@b"],
            ["localhost", "http://a b", "//a", "http://h:x"],
        ),
        ("json", ["{}", "1", '["a"]'], ["{", "a"]),
        ("log|smtp", ["log", "smtp"], ["mail", "log|smtp"]),
    ],
)
def test_types_know_their_values(kind, right, wrong):
    """All that is right, and nothing that is wrong."""
    assert [value for value in right if not is_of_type(value, kind)] == []
    assert [value for value in wrong if is_of_type(value, kind)] == []
    assert type_problem(kind) == ""
    assert kind in TYPES or "|" in kind


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("X", "ghp_" + "a1B2c3D4e5" * 4, "key"),
        ("X", "sk_live_" + "a1B2c3D4e5F6g7H8i9J0kk", "key"),
        ("X", "postgres://u:AKIA" + "Q3EGRIJ5TL7KX2MB@h/d", "key"),
        ("X", "-----BEGIN RSA PRIVATE KEY-----", "key"),
        ("AWS_KEY", "AKIAIOSFODNN7EXAMPLE", ""),
        ("API_TOKEN", "q8Zt3mWv7Lx2Rk9Jd5Yc1Hs6", "random"),
        ("DB_PASSWORD", "9f86d081884c7d659a2feaa0c55ad015", "random"),
        ("APP_ID", "q8Zt3mWv7Lx2Rk9Jd5Yc1Hs6", ""),
        ("PUBLIC_KEY", "q8Zt3mWv7Lx2Rk9Jd5Yc1Hs6", ""),
        ("SECRET_KEY", "change-me-q8Zt3mWv7Lx2Rk9Jd5Yc", ""),
        ("SECRET_KEY", "django-insecure-q8Zt3mWv7Lx2Rk9Jd5Yc", ""),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef", ""),
        ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaa1", ""),
        ("SECRET_KEY", "some long words without digits", ""),
        ("SECRET_KEY", "short1", ""),
        ("SECRET_KEY", "op://shop/key/q8Zt3mWv7Lx2Rk9Jd5", ""),
        ("SECRET_KEY", "", ""),
    ],
)
def test_secrets_have_shapes(name, value, shape):
    """Placeholders, ids and public keys have none."""
    assert secret_shape(name, value) == shape


def test_names_tell_secrets_and_platforms():
    """By whole words."""
    assert [name for name in ("API_TOKEN", "DB_PWD", "SECRET_KEY", "SENTRY_DSN") if not is_secret_name(name)] == []
    assert [name for name in ("MONKEY", "TOKEN_TTL", "SECRET_PATH", "KEYBOARD") if is_secret_name(name)] == []
    assert [
        name
        for name in ("PATH", "CI", "GITHUB_SHA", "PYTHONPATH", "http_proxy", "DJANGO_SETTINGS_MODULE")
        if not is_platform(name)
    ] == []
    assert [name for name in ("SHOP_PATH", "DATABASE_URL", "PORT", "DEBUG", "CIRCLE") if is_platform(name)] == []
    assert [
        value for value in ("change-me", "<token>", "xxxx", "your-key", "TODO") if not is_to_be_changed(value)
    ] == []
    assert [value for value in ("placeholder", "x", "a<b", "live") if is_to_be_changed(value)] == []


def test_compose_variables_are_found_where_compose_puts_them_in():
    """Escapes, comments and other dollars are none."""
    text = "a: ${A}\nb: $B-${C:-x}${D-}\nc: $$E $${F} $1 ${}\n# ${G}\nd: x ${H:?why not} # ${I}\ne: ${J:-${K:-x}} ${L:+y} a#${M}\n"

    found = [(each.name, each.line, each.has_default, each.is_required) for each in interpolations(text)]

    assert found == [
        ("A", 1, False, False),
        ("B", 2, False, False),
        ("C", 2, True, False),
        ("D", 2, True, False),
        ("H", 5, False, True),
        ("J", 6, True, False),
        ("L", 6, True, False),
        ("M", 6, False, False),
    ]


def test_compose_file_needs_an_example_beside_it(tmp_path):
    """Or a declaration; a .env beside it gives too."""
    files = {"deploy/compose.yml": "a: ${SHOP_A} ${SHOP_B:?}\n", "other/.env.example": "SHOP_A=\n"}
    assert found(tmp_path, **files) == []

    files |= {"deploy/.env.example": "SHOP_C=\n", "deploy/.env": "SHOP_A=\n"}
    assert found(tmp_path, **files) == [("ENV110", "SHOP_B")]


def test_every_declared_case_has_teeth(tmp_path):
    """Each finds something new in each of its spoiled copies, and has at least one."""
    files = {
        "pyproject.toml": f"{DECLARED}required = ['SHOP_A']\noptional = ['SHOP_B']\nprefix = 'SHOP_'\ntypes = {{ SHOP_A = 'integer' }}\ncompose = 'compose.yaml'\n",
        "shop.py": READS,
        ".env.example": "SHOP_A=1\nSHOP_B=b\n",
        "compose.yaml": "a: ${SHOP_A}\n",
    }
    unit = unit_around(str(write(tmp_path, files) / "x"))
    made = list(cases(unit, declarations_of(unit)["env"]))

    materials = {case_id(case): case.load() for case in made}
    for name, material in materials.items():
        if hasattr(material, "variables"):
            materials[name] = material._replace(variables={"SHOP_A": "1", "SHOP_B": "b"})
    results = [
        result_of(
            dataclasses.replace(case, load=lambda case=case: materials[case_id(case)]),
            unit,
            allowances_of(unit),
            is_declared=True,
        )
        for case in made
    ]

    assert [each.findings for each in results] == [()] * 14
    assert [case_id(case) for case in made if not list(case.check.spoiled(materials[case_id(case)]))] == []


@pytest.mark.parametrize(
    ("base", "is_read"), [("kit.TokenSettings", True), ("kit.Handler", False), ("Settings", False), ("Other", False)]
)
def test_only_packages_with_bases_of_settings_are_read(tmp_path, base, is_read):
    """Whatever else a module inherits from is no concern of the environment, and costs time."""
    files = {
        ".git/HEAD": "",
        "packages/kit/kit/__init__.py": "class TokenSettings: ...\n",
        "packages/settings/Settings/__init__.py": "",
        "services/shop/pyproject.toml": "",
        "services/shop/shop.py": f"import kit\nfrom kit import Handler as Other\nclass Settings: ...\nclass S({base}): ...\n",
    }
    unit = unit_around(str(write(tmp_path, files) / "services" / "shop" / "x"))

    found = sibling_modules(unit, unit.sources.modules)

    assert [module.path for module in found] == (["packages/kit/kit/__init__.py"] if is_read else [])
