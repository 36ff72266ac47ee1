"""The settings of the root and of units, and where each value comes from."""

from __future__ import annotations

import os
import tomllib

import pytest

from integrity.errors import ConfigError, UnitFault, UsageError
from integrity.model.outcome import ErrorKind
from integrity.model.unit import Dependency, Kind, ManifestKind, Place, Unit
from integrity.settings import RootSettings, UnitSettings, load_root, origins, unit_settings
from tests.monorepo import make_monorepo

BILLING = "services/billing/pyproject.toml"


def load(root, environ=None, **flags):
    """The root's settings."""
    return load_root(root, environ=environ or {}, flags=flags)


def unit_in(root, path="services/billing", dependencies=()):
    """The unit at `path` as discovery gives it."""
    manifest = root / path / "pyproject.toml"
    document = tomllib.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    table = document.get("tool", {}).get("integrity", {})
    kept = table if isinstance(table, dict) else {}
    return Unit(
        path=path,
        name="billing",
        kind=Kind.SERVICE,
        manifest=ManifestKind.PEP621,
        table=kept,
        document=document,
        dependencies=tuple(dependencies),
    )


def dependency(**condition):
    """A dependency that holds under a condition."""
    return Dependency(text="x", name="x", via="test", place=Place(path="x"), **condition)


def message_of(root, files):
    """The message of the ConfigError that loading such a root raises."""
    make_monorepo(root, files)
    with pytest.raises(ConfigError) as caught:
        load(root)
    return caught.value.message


def test_nothing_configured_is_the_defaults(tmp_path):
    """A root without configuration, and a unit without a table, have the documented values."""
    settings = load(tmp_path)

    assert settings == RootSettings(
        root=tmp_path, results=tmp_path / "integrity-results", jobs=len(os.sched_getaffinity(0))
    )
    assert unit_settings(settings, unit_in(tmp_path)) == UnitSettings()
    assert set(origins(settings).values()) == {"default"}


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [("pyproject.toml", "[tool.integrity]\n", 2), ("integrity.toml", "", 1)],
    ids=["pyproject", "own-file"],
)
def test_root_is_read_from_either_file(tmp_path, name, head, line):
    """The root's keys are read from pyproject.toml or from integrity.toml."""
    make_monorepo(tmp_path, {name: head + 'jobs = 3\nexclude = ["./a/"]\nfail-fast = true\nresults = "out/x"\n'})

    settings = load(tmp_path)

    assert (settings.jobs, settings.exclude, settings.fail_fast, settings.results) == (
        3,
        ("a",),
        True,
        tmp_path / "out/x",
    )
    assert origins(settings)["jobs"] == f"{name}:{line}"


def test_root_that_is_configured_twice_is_refused(tmp_path):
    """Two files of the root are an error that names both."""
    message = message_of(tmp_path, {"pyproject.toml": "\n[tool.integrity]\njobs = 1\n", "integrity.toml": "jobs = 2\n"})

    assert message.startswith("pyproject.toml:")
    assert "integrity.toml" in message


def test_each_later_source_wins(tmp_path):
    """Default, root, unit, variable and flag, in this order; each origin is told."""
    make_monorepo(
        tmp_path, {"pyproject.toml": "[tool.integrity]\ntimeout = 1\n", BILLING: "[tool.integrity]\n\ntimeout = 2\n"}
    )
    unit, bare = unit_in(tmp_path), unit_in(tmp_path, "services/bare")
    environ = {"INTEGRITY_TIMEOUT": "3"}
    steps = [
        (load(tmp_path), bare, 1.0, "pyproject.toml:2"),
        (load(tmp_path), unit, 2.0, f"{BILLING}:3"),
        (load(tmp_path, environ), unit, 3.0, "INTEGRITY_TIMEOUT"),
        (load(tmp_path, environ, timeout=4), unit, 4.0, "--timeout"),
        (load(tmp_path, environ, timeout=None), unit, 3.0, "INTEGRITY_TIMEOUT"),
    ]

    assert [(unit_settings(root, of).timeout_s, origins(root, of)["timeout"]) for root, of, _, _ in steps] == [
        step[2:] for step in steps
    ]
    assert origins(load(tmp_path), unit)["workers"] == "default"


def test_env_and_secrets_add_up(tmp_path):
    """Variables merge name by name, secrets are those of all sources; their origin names each."""
    make_monorepo(
        tmp_path,
        {
            "pyproject.toml": '[tool.integrity]\nenv = { A = "root", B = "root" }\nsecrets = ["A"]\n',
            BILLING: '[tool.integrity]\nsecrets = ["B", "A"]\n[tool.integrity.env]\nB = "unit"\n',
        },
    )
    root = load(tmp_path, {"INTEGRITY_SECRETS": "C"})

    settings = unit_settings(root, unit_in(tmp_path))

    assert settings.env == {"A": "root", "B": "unit"}
    assert settings.secrets == ("A", "B", "C")
    assert origins(root, unit_in(tmp_path))["secrets"] == f"pyproject.toml:3, {BILLING}:2, INTEGRITY_SECRETS"
    assert origins(root, unit_in(tmp_path))["env"] == f"pyproject.toml:2, {BILLING}:3"


def test_lists_of_a_unit_take_the_place_of_the_roots(tmp_path):
    """Lists that do not add up are replaced, also by an empty one."""
    make_monorepo(
        tmp_path,
        {
            "pyproject.toml": '[tool.integrity]\npass-env = ["A"]\npython = ["3.11"]\n',
            BILLING: "[tool.integrity]\npython = []\n",
        },
    )

    settings = unit_settings(load(tmp_path), unit_in(tmp_path))

    assert (settings.pass_env, settings.python) == (("A",), ())


def test_env_file_of_the_root_is_seen_from_the_unit(tmp_path):
    """An env file is relative to the folder of the file that names it."""
    make_monorepo(tmp_path, {"pyproject.toml": '[tool.integrity]\nenv-file = ["common/.env"]\n', BILLING: ""})

    settings = unit_settings(load(tmp_path), unit_in(tmp_path))

    assert settings.env_file == ("../../common/.env",)


def test_extras_and_groups_of_the_root_are_for_units_that_have_them(tmp_path):
    """A group that the root names is taken by units that declare it, under any spelling; a unit's own list stays as it is."""
    make_monorepo(
        tmp_path, {"pyproject.toml": '[tool.integrity]\ngroups = ["int-test", "docs"]\nextras = ["api"]\n', BILLING: ""}
    )
    inheriting = unit_in(tmp_path, dependencies=[dependency(group="Int_Test"), dependency(extra="other")])
    make_monorepo(tmp_path, {"services/own/pyproject.toml": '[tool.integrity]\ngroups = ["nowhere"]\n'})

    assert unit_settings(load(tmp_path), inheriting).groups == ("int-test",)
    assert unit_settings(load(tmp_path), inheriting).extras == ()
    assert unit_settings(load(tmp_path), unit_in(tmp_path, "services/own")).groups == ("nowhere",)


def test_root_that_is_a_unit_has_the_roots_values(tmp_path):
    """A unit at the root shares the root's table, whose keys of the root are no fault of the unit."""
    make_monorepo(
        tmp_path, {"pyproject.toml": '[tool.integrity]\nservices = ["."]\ntimeout = 7\nenv-file = [".env"]\n'}
    )

    settings = unit_settings(load(tmp_path), unit_in(tmp_path, "."))

    assert (settings.timeout_s, settings.env_file) == (7.0, (".env",))


def test_problems_of_the_root_stand_at_their_lines(tmp_path):
    """Every problem of the root's file is told with file and line, in one error."""
    text = '[tool.integrity]\ntime-out = 3\nservices = [\n  "a/*",\n  "../b",\n]\n[tool.integrity.env]\nOK = "1"\nPORT = 1\n'

    lines = message_of(tmp_path, {"pyproject.toml": text}).splitlines()

    assert [line.split(": ")[0] for line in lines] == ["pyproject.toml:2", "pyproject.toml:5", "pyproject.toml:9"]
    assert "Did you mean 'timeout'?" in lines[0]
    assert lines[2].endswith('Write it in quotes: PORT = "1".')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[tool.integrity]\njobs = \n", "pyproject.toml:2: it is not valid TOML"),
        (b"[tool]\n# \xff\n", "pyproject.toml:2: it is not UTF-8"),
        ("tool.integrity = 3\n", "pyproject.toml:1: [tool.integrity] has to be a table"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("[tool.integrity]\njobs = " + "9" * 5000, "pyproject.toml"),
    ],
    ids=["syntax", "encoding", "no-table", "depth", "digits"],
)
def test_root_file_that_cannot_be_used_is_told(tmp_path, content, words):
    """Whatever is wrong with the file, the error names it and, where it can, the line."""
    assert words in message_of(tmp_path, {"pyproject.toml": content})


def test_root_file_that_is_a_folder_is_told(tmp_path):
    """A folder in the place of the file is an error of configuration, not a crash."""
    (tmp_path / "integrity.toml").mkdir()

    with pytest.raises(ConfigError, match=r"integrity\.toml: it can't be read"):
        load(tmp_path)


def test_problem_of_a_unit_is_its_own_fault(tmp_path):
    """A wrong table of a unit becomes a fault of kind config with file and line; the root and others load."""
    make_monorepo(
        tmp_path,
        {
            BILLING: '[project]\nname = "billing"\n\n[tool.integrity]\ntimeout = "1"\nchecks = []\n',
            "services/b/pyproject.toml": "",
        },
    )
    root = load(tmp_path)

    with pytest.raises(UnitFault) as caught:
        unit_settings(root, unit_in(tmp_path))

    assert caught.value.error.kind is ErrorKind.CONFIG
    assert [line.split(": ")[0] for line in caught.value.error.message.splitlines()] == [f"{BILLING}:5", f"{BILLING}:6"]
    assert unit_settings(root, unit_in(tmp_path, "services/b")) == UnitSettings()


def test_table_of_a_unit_that_is_none_is_its_fault(tmp_path):
    """A unit that writes a value in the place of its table is told so, not passed over."""
    make_monorepo(tmp_path, {BILLING: "[tool]\nintegrity = 3\n"})

    with pytest.raises(UnitFault, match=f"{BILLING}:2: .* has to be a table"):
        unit_settings(load(tmp_path), unit_in(tmp_path))


@pytest.mark.parametrize("manifest", [BILLING, "pyproject.toml"])
@pytest.mark.parametrize("key", ["env-file", "test-file"])
def test_link_out_of_the_repository_is_refused(tmp_path, key, manifest):
    """A path is trusted only after its symbolic links are followed, whichever file names it."""
    name = "services/billing/link" if (key, manifest) == ("env-file", "pyproject.toml") else "link"
    root = make_monorepo(tmp_path / "root", {BILLING: "", manifest: f'[tool.integrity]\n{key} = ["{name}"]\n'})
    (root / "services/billing/link").symlink_to(make_monorepo(tmp_path / "outside", {"x": ""}) / "x")

    with pytest.raises(
        (ConfigError, UnitFault), match=rf'^{manifest}:2: "[a-z./]*link" in {key} leads out of the repository'
    ):
        unit_settings(load(root), unit_in(root))


def test_env_file_beside_the_unit_but_outside_the_root_is_refused(tmp_path):
    """Enough `..` to leave the repository is an error; fewer are not."""
    root = make_monorepo(tmp_path / "root", {BILLING: '[tool.integrity]\nenv-file = ["../../.env", "../../../.env"]\n'})

    with pytest.raises(UnitFault, match=rf'{BILLING}:2: "\.\./\.\./\.\./\.env" in env-file leads out'):
        unit_settings(load(root), unit_in(root))


def test_results_stay_inside_unless_a_flag_says_otherwise(tmp_path):
    """Only an absolute path of a flag or variable leads out of the repository."""
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)

    assert load(root, results=str(elsewhere)).results == elsewhere
    assert load(root, {"INTEGRITY_RESULTS": str(elsewhere)}).results == elsewhere
    assert load(root, {"INTEGRITY_RESULTS": "x"}, results=elsewhere).results == elsewhere
    for outside in ("../elsewhere", "link/x"):
        with pytest.raises(ConfigError, match="--results: the results would be written outside"):
            load(root, results=outside)
    make_monorepo(root, {"integrity.toml": 'jobs = 1\nresults = "link/x"\n'})
    with pytest.raises(ConfigError, match=r"integrity\.toml:2: the results"):
        load(root)


@pytest.mark.parametrize("folder", [".", "..", ".git/x", ".integrity", "/"])
def test_results_never_lie_over_other_things(tmp_path, folder):
    """A folder that holds the repository, git's or the tool's own data is no folder for results."""
    with pytest.raises(ConfigError, match="can't hold the results"):
        load(tmp_path, results=(tmp_path / folder).resolve())


def test_wrong_variables_and_flags_name_themselves(tmp_path):
    """A value that a variable or flag gives is judged like one in a file."""
    with pytest.raises(UsageError, match=r'INTEGRITY_JOBS: jobs has to be a whole number, 0 or more, not "many"'):
        load(tmp_path, {"INTEGRITY_JOBS": "many"})
    with pytest.raises(UsageError, match="--timeout: timeout has to be"):
        load(tmp_path, timeout=-1.0)


def test_misspelt_variable_is_refused_and_others_are_not(tmp_path):
    """A near miss of a known variable is an error; empty, own and foreign ones are none."""
    foreign = {
        "INTEGRITY_TIMEOUT": "",
        "INTEGRITY_STREAM": "/x",
        "INTEGRITY_ATTEMPT": "1",
        "INTEGRITY_DEPLOY_TARGET": "x",
    }

    assert load(tmp_path, foreign) == load(tmp_path)
    with pytest.raises(UsageError, match="Did you mean 'INTEGRITY_TIMEOUT'"):
        load(tmp_path, {"INTEGRITY_TIMEOUTS": "5"})


def test_jobs_of_zero_are_as_many_as_usable_cpus(tmp_path):
    """0 means the CPUs that this process may use, wherever it is given."""
    assert load(tmp_path, {"INTEGRITY_JOBS": "0"}).jobs == len(os.sched_getaffinity(0))
    assert load(tmp_path, fail_fast=True, refresh=True).refresh is True


def test_variables_that_give_urls_are_no_misspelt_options(tmp_path):
    """INTEGRITY_<NAME>_URL names a server of a need or kind, also where the name is close to that of a kind or an option."""
    given = {
        "INTEGRITY_POSTGRES_URL": "postgresql://x",
        "INTEGRITY_POSTGRE_URL": "x",
        "INTEGRITY_RESULTS_URL": "x",
        "INTEGRITY_JOBS_URL": "x",
    }

    assert load(tmp_path, given) == load(tmp_path)


def test_backing_of_a_run_comes_from_file_variable_and_flag(tmp_path):
    """Provider, consent and prefix follow the cascade; only a flag asks to keep."""
    make_monorepo(
        tmp_path, {"integrity.toml": 'provider = "docker"\nimage-prefix = "host:5000/hub/"\nallow-remote = true\n'}
    )
    from_file = load(tmp_path)
    from_variable = load(tmp_path, {"INTEGRITY_SERVICES": "embedded", "INTEGRITY_ALLOW_REMOTE": "0"})
    from_flag = load(tmp_path, {"INTEGRITY_SERVICES": "embedded"}, provider="external", keep=True)

    assert (from_file.provider, from_file.image_prefix, from_file.allow_remote) == ("docker", "host:5000/hub/", True)
    assert (from_variable.provider, from_variable.allow_remote, from_variable.keep) == ("embedded", False, False)
    assert (from_flag.provider, from_flag.keep) == ("external", True)
    assert [origins(root)["provider"] for root in (from_file, from_variable, from_flag)] == [
        "integrity.toml:1",
        "INTEGRITY_SERVICES",
        "--services",
    ]


@pytest.mark.parametrize("prefix", ["hub", "http://x/", "/x/", "a b/"])
def test_prefix_of_images_is_a_registry(tmp_path, prefix):
    """What can't stand before an image's name is refused."""
    with pytest.raises(UsageError, match=r"INTEGRITY_IMAGE_PREFIX: .* a registry, with a path or without one"):
        load(tmp_path, {"INTEGRITY_IMAGE_PREFIX": prefix})


def test_origin_of_needs_is_where_they_stand(tmp_path):
    """Lists and tables of needs are found by their lines, as other keys are."""
    make_monorepo(
        tmp_path,
        {BILLING: '[tool.integrity]\nserve.command = "x {port}"\n[tool.integrity.needs.db]\nkind = "postgres"\n'},
    )
    told = origins(load(tmp_path), unit_in(tmp_path))

    assert (told["serve"], told["needs"], told["service-timeout"]) == (f"{BILLING}:2", f"{BILLING}:3", "default")


BASELINE = '{"schema": "integrity.baseline/1", "missing": ["services/billing"], "findings": []}'


@pytest.mark.parametrize(
    ("missing", "content", "is_known"),
    [
        ("baseline", BASELINE, True),
        ("baseline", BASELINE.replace("billing", "other"), False),
        ("baseline", None, False),
        ("warn", BASELINE, False),
    ],
)
def test_unit_that_the_baseline_lists_is_known_to_have_no_test(tmp_path, missing, content, is_known):
    """Only where `missing` says that the list counts."""
    (tmp_path / "pyproject.toml").write_text(f'[tool.integrity]\nmissing = "{missing}"\n')
    if content is not None:
        (tmp_path / "integrity-baseline.json").write_text(content)

    root = load_root(tmp_path, environ={}, flags={})

    assert unit_settings(root, unit_in(tmp_path)).is_known_missing is is_known


def test_wrong_baseline_of_the_root_is_an_error_of_its_configuration(tmp_path):
    """It names the file."""
    (tmp_path / "integrity-baseline.json").write_text("{")

    with pytest.raises(ConfigError, match=r"integrity-baseline\.json"):
        load_root(tmp_path, environ={}, flags={})
