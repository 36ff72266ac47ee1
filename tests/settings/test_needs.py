"""What `needs` becomes, and what is said where it can't become anything."""

from __future__ import annotations

import pytest

from integrity.model.need import Isolation, Pull, Ready, ReadyBy
from integrity.settings.kinds import KINDS
from tests.settings.configured import MANIFEST, fault_of, needs_of, settings_of

DIGEST = "sha256:" + "a" * 64
SEARCH = 'image = "search:3", port = 9200, ready = { http = "/" }'


@pytest.mark.parametrize(
    ("short", "name", "image", "version"),
    [
        ("redis", "redis", "redis:7", ""),
        ("postgres:17", "postgres", "postgres:17", "17"),
        ("postgres:16.4-alpine", "postgres", "postgres:16.4-alpine", "16.4"),
        ("valkey:8", "valkey", "valkey/valkey:8", "8"),
        ("mysql:latest", "mysql", "mysql:latest", ""),
        (f"postgres:17@{DIGEST}", "postgres", f"postgres:17@{DIGEST}", "17"),
        (f"postgres@{DIGEST}", "postgres", f"postgres@{DIGEST}", ""),
    ],
)
def test_short_form_is_a_kind_and_a_tag(tmp_path, short, name, image, version):
    """The tag takes the place of the kind's own, and names the version where it starts with a number."""
    (need,) = settings_of(tmp_path, f'needs = ["{short}"]').needs

    assert (need.name, need.kind, need.image, need.version) == (name, KINDS[name], image, version)
    assert (need.variables, need.isolation, need.memory) == (
        KINDS[name].variables,
        KINDS[name].isolation,
        KINDS[name].memory,
    )
    assert (need.command, need.environment) == (KINDS[name].command, KINDS[name].environment)


def test_tag_in_a_table_is_the_short_form(tmp_path):
    """`redis = "7"` and `needs = ["redis:7"]` are the same need."""
    short = settings_of(tmp_path / "a", 'needs = ["redis:7"]').needs
    named = settings_of(tmp_path / "b", 'needs.redis = "7"').needs

    assert short == named


def test_table_says_everything_of_a_need(tmp_path):
    """Each key of the table has its place in the need; what is added to the kind's own leaves that as it is."""
    table = """
        [tool.integrity.needs.db]
        kind = "postgres"
        image = "mirror.example:5000/team/own-postgres:17-ext"
        env = { PGHOST = "{host}!", DSN = "{url:asyncpg}" }
        environment = { TZ = "UTC" }
        init = ["db/schema.sql", "../../common/seed"]
        isolation = "server"
        memory = "2g"
        timeout = 30
        pull = "always"
        command = "-c 'a b'"
        external = "postgresql://user:very-secret@127.0.0.1/x"
    """
    files = {"services/billing/db/schema.sql": "", "common/seed/1.sql": ""}

    need = needs_of(tmp_path, table, files=files)["db"]

    assert need.kind is KINDS["postgres"]
    assert (need.image, need.version) == ("mirror.example:5000/team/own-postgres:17-ext", "17")
    assert need.variables == {**KINDS["postgres"].variables, "PGHOST": "{host}!", "DSN": "{url:asyncpg}"}
    assert need.environment == {**KINDS["postgres"].environment, "TZ": "UTC"}
    assert need.init == ("services/billing/db/schema.sql", "common/seed")
    assert (need.isolation, need.memory, need.timeout_s, need.pull) == (Isolation.SERVER, "2g", 30.0, Pull.ALWAYS)
    assert need.command == ("-c", "a b")
    assert need.external == "postgresql://user:very-secret@127.0.0.1/x"
    assert "very-secret" not in repr(need)


def test_place_is_where_the_need_stands(tmp_path):
    """Each need knows file and line, as an item of a list and as a key of a table."""
    listed = settings_of(tmp_path / "a", 'needs = [\n  "redis",\n  "postgres:17",\n]').needs
    named = settings_of(
        tmp_path / "b", '[tool.integrity.needs]\nredis = "7"\n[tool.integrity.needs.db]\nkind = "mysql"\n'
    )

    assert [need.place for need in listed] == [f"{MANIFEST}:3", f"{MANIFEST}:4"]
    assert [need.place for need in named.needs] == [f"{MANIFEST}:3", f"{MANIFEST}:4"]


@pytest.mark.parametrize(
    ("unit", "environ", "seconds"),
    [("", {}, 120.0), ("service-timeout = 7", {}, 7.0), ("", {"INTEGRITY_SERVICE_TIMEOUT": "9"}, 9.0)],
)
def test_timeout_is_the_service_timeout_unless_the_need_has_its_own(tmp_path, unit, environ, seconds):
    """The cascade gives what holds for all, a need's own timeout wins over it."""
    table = f'{unit}\n[tool.integrity.needs]\nredis = "7"\npostgres = {{ timeout = 3 }}\n'

    needs = needs_of(tmp_path, table, environ=environ)

    assert (needs["redis"].timeout_s, needs["postgres"].timeout_s) == (seconds, 3.0)


def test_own_image_is_a_kind_of_its_own(tmp_path):
    """A need without a kind is described by its keys; its memory and isolation have the defaults of kinds."""
    table = """
        [tool.integrity.needs.search]
        image = "search:3"
        port = 9200
        ready = { http = "/_cluster/health", port = 9600 }
        url = "http://{host}:{port}"
        env-var = "SEARCH_URL"
        environment = { "discovery.type" = "single-node" }
    """

    need = needs_of(tmp_path, table)["search"]

    assert need.kind is not None
    assert (need.kind.name, need.kind.port, need.kind.url) == ("search", 9200, "http://{host}:{port}")
    assert need.kind.ready == Ready(by=ReadyBy.HTTP, text="/_cluster/health", port=9600)
    assert (need.image, need.version, need.isolation) == ("search:3", "3", Isolation.SERVER)
    assert need.variables == {"SEARCH_URL": "{url}"}
    assert need.environment == {"discovery.type": "single-node"}


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ("tcp = 9092", Ready(by=ReadyBy.TCP, port=9092)),
        ("log = 'up \\d+'", Ready(by=ReadyBy.LOG, text=r"up \d+")),
        ("exec = \"ping 'a b'\"", Ready(by=ReadyBy.EXEC, command=("ping", "a b"))),
        ('exec = ["ping", "{}"]', Ready(by=ReadyBy.EXEC, command=("ping", "{}"))),
        ("health = true", Ready(by=ReadyBy.HEALTH)),
    ],
)
def test_each_way_of_readiness_is_read(tmp_path, ready, expected):
    """`ready` is one of five ways; braces in a command of it are plain text."""
    table = f'needs.x = {{ image = "x:1", port = 1, ready = {{ {ready} }}, env = {{ X = "{{host}}" }} }}'

    need = needs_of(tmp_path, table)["x"]

    assert need.kind is not None
    assert need.kind.ready == expected


def test_other_unit_is_a_need_without_a_kind(tmp_path):
    """`unit:` gives the last part of a path as name, and variables only where the table names them."""
    short = settings_of(tmp_path / "a", 'needs = ["unit:billing", "unit:services/catalog"]').needs
    named = needs_of(
        tmp_path / "b", 'needs.api = { unit = "catalog", env-var = "API", env = { H = "{host}" }, timeout = 4 }'
    )

    assert [(need.name, need.kind, need.unit, need.variables) for need in short] == [
        ("billing", None, "billing", {}),
        ("catalog", None, "services/catalog", {}),
    ]
    assert (named["api"].unit, named["api"].variables, named["api"].timeout_s) == (
        "catalog",
        {"API": "{url}", "H": "{host}"},
        4.0,
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("postgres", {"X", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"}),
        ("rabbitmq", {"X"}),
        ("memcached", {"X", "MEMCACHED_HOST", "MEMCACHED_PORT"}),
    ],
)
def test_env_var_takes_the_place_of_the_url_of_the_kind(tmp_path, kind, expected):
    """What holds the URL goes, what holds its parts stays."""
    need = needs_of(tmp_path, f'needs.{kind} = {{ env-var = "X" }}')[kind]

    assert set(need.variables) == expected
    assert need.variables["X"] == "{url}"


def test_second_need_of_a_kind_has_its_name_before_its_variables(tmp_path):
    """Only what nobody named gets the prefix, and only where it would clash."""
    table = """
        [tool.integrity.needs]
        postgres = "17"
        my-reports = { kind = "postgres" }
        other = { kind = "postgres", env-var = "OTHER_DSN", env = { PGAPPNAME = "x" } }
        first = { kind = "redis", env-var = "A" }
        second = { kind = "redis" }
    """

    needs = needs_of(tmp_path, table)

    assert set(needs["postgres"].variables) == set(KINDS["postgres"].variables)
    assert set(needs["my-reports"].variables) == {f"MY_REPORTS_{name}" for name in KINDS["postgres"].variables}
    assert needs["my-reports"].variables["MY_REPORTS_PGHOST"] == "{host}"
    assert set(needs["other"].variables) == {
        "OTHER_DSN",
        "PGAPPNAME",
        "OTHER_PGHOST",
        "OTHER_PGPORT",
        "OTHER_PGUSER",
        "OTHER_PGPASSWORD",
        "OTHER_PGDATABASE",
    }
    assert set(needs["second"].variables) == {"REDIS_URL"}


def test_need_with_env_var_never_clashes_with_another_kind_in_the_rest(tmp_path):
    """Who does what the error about two kinds says gets the other variables of the second under its name."""
    needs = needs_of(tmp_path, 'needs.mysql = "8.4"\nneeds.mariadb = { env-var = "MARIADB_URL" }')

    assert set(needs["mariadb"].variables) == {
        "MARIADB_URL",
        *(f"MARIADB_{name}" for name in KINDS["mariadb"].variables if name != "DATABASE_URL"),
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            'needs = ["postgres:17", "mysql"]',
            "DATABASE_URL would be given by two needs, postgres and mysql. Set env-var",
        ),
        ('needs = ["redis", "valkey"]', 'needs.valkey] with env-var = "VALKEY_URL"'),
        (
            'needs.a = { kind = "redis", env-var = "X" }\nneeds.b = { kind = "nats", env-var = "X" }',
            "X would be given by two needs, a and b",
        ),
        ('needs = ["redis", "redis:7"]', "needs names redis twice. Write a table with a name for each"),
        ('needs = ["redis", "redis"]', 'needs names "redis" twice'),
        ('needs = ["redis", "unit:apps/redis"]', "needs names redis twice"),
        ('needs = ["postgress:17"]', "there is no kind 'postgress'. Did you mean 'postgres'?"),
        ('needs = ["kafka"]', "there is no kind 'kafka'. The kinds are: mariadb,"),
        ('needs.db = "17"', "there is no kind 'db'"),
        ('needs.db = { kind = "redsi" }', "Did you mean 'redis'?"),
        ('needs.db = { memory = "1g" }', 'needs.db has neither a kind nor an image. Add kind = "postgres"'),
        ('needs.postgre = { memory = "1g" }', "neither a kind nor an image. Did you mean 'postgres'?"),
        ('needs.x = { image = "x:1", env-var = "X" }', "needs.x is an image of your own and has no port. Add the port"),
        ('needs.x = { image = "x:1", port = 1, env-var = "X", url = "u" }', "has no ready. Say how it is seen"),
        (f'needs.x = {{ {SEARCH}, env-var = "X" }}', "needs.x gives the tests a URL and has no url. Add how"),
        (f'needs.x = {{ {SEARCH}, env = {{ X = "a{{url}}" }} }}', "gives the tests a URL and has no url"),
        (f"needs.my-x = {{ {SEARCH} }}", 'no variable, so that they can\'t know where it is. Add env-var = "MY_X_URL"'),
        (f'needs.x = {{ {SEARCH}, init = "a.sql" }}', "init is SQL, which an image of your own does not take"),
        ('needs.redis = { init = "a.sql" }', "init is SQL, which the kind redis does not take"),
        (
            "needs.postgres = { port = 1 }",
            "port is for an image of your own; the kind postgres has its own. Take it out",
        ),
        ('needs.x = { unit = "a", image = "x:1" }', "needs.x: image says nothing about another unit. Take it out."),
        ('needs.x = { unit = "a", env = { A = "{user}" } }', "A in env holds what another unit does not have"),
        ('needs.postgres = { init = "a.sql" }', 'services/billing/a.sql" in needs.postgres.init is not there'),
        ('needs.postgres = { init = ["../../../a.sql"] }', "needs.postgres.init leads out of the repository"),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path, table, words):
    """Each contradiction is one problem of the unit, with file and line, and with what to do."""
    told = fault_of(tmp_path, f"\n{table}\n")

    assert words in told
    assert told.startswith(f"{MANIFEST}:")


def test_problem_stands_at_the_line_of_its_key(tmp_path):
    """Of a long table the very key is named, and all problems are told at once."""
    table = """
        [tool.integrity.needs]
        nope = "1"
        [tool.integrity.needs.db]
        kind = "postgres"
        memory = "1g"
        url = "x"
        [tool.integrity.needs.cache]
        kind = "redsi"
    """

    told = fault_of(tmp_path, table)

    assert [line.split(": ")[0] for line in told.splitlines()] == [f"{MANIFEST}:{line}" for line in (4, 8, 10)]


def test_link_out_of_the_repository_is_refused(tmp_path):
    """A folder of SQL is trusted only after its links are followed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    (root / "services/billing").mkdir(parents=True)
    (root / "services/billing/seed").symlink_to(outside)

    told = fault_of(root, 'needs.postgres = { init = ["seed"] }')

    assert told.startswith(
        f'{MANIFEST}:2: "services/billing/seed" in needs.postgres.init leads out of the repository, to '
    )


def test_given_url_is_not_repeated_where_it_is_wrong(tmp_path):
    """A URL may hold a password, so that no message shows it."""
    assert "hunter2" not in fault_of(tmp_path, 'needs.redis = { external = "user:hunter2@host" }')
