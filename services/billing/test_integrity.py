"""Billing's registries are complete and agree with each other and with contracts."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import billing
import pytest
from billing import settings
from billing.celery import app
from billing.choices import CURRENCIES, DECIMAL_PLACES, MONTHLY_PRICES, PLANS, InvoiceState
from billing.transitions import INITIAL, STATE_EVENTS, TRANSITIONS
from contracts import ENDPOINTS, QueueName, ServiceName
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.urls import URLPattern, URLResolver, get_resolver
from dotenv.parser import parse_stream
from ratelimits import parse_rate
from rest_framework.throttling import SimpleRateThrottle

PACKAGE = Path(billing.__file__).parent
UNIT = Path(__file__).parent
FLAT_CHOICES = {"PLANS": PLANS, "CURRENCIES": CURRENCIES, "InvoiceState": InvoiceState.choices}


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


def nodes() -> Iterator[ast.AST]:
    """Yield the syntax nodes of the package's modules."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


# --- choices


@pytest.mark.parametrize("name", FLAT_CHOICES)
def test_choice_has_one_value_and_one_label(name: str) -> None:
    """Two entries with one value, or with one label, could not be told apart."""
    assert repeated(value for value, _ in FLAT_CHOICES[name]) == []
    assert repeated(label for _, label in FLAT_CHOICES[name]) == []


def test_no_key_is_overwritten() -> None:
    """Of two equal keys in a dict literal the last silently wins: only the source shows it."""
    literals = [node for node in nodes() if isinstance(node, ast.Dict) and node.keys]
    overwritten = [key for literal in literals for key in repeated(ast.unparse(k) for k in literal.keys if k)]

    assert literals
    assert overwritten == []


def test_every_plan_has_a_price_in_every_currency() -> None:
    """Nobody can subscribe to something that cannot be invoiced."""
    priced = {(plan, currency) for plan in MONTHLY_PRICES for currency in MONTHLY_PRICES[plan]}

    assert priced == {(plan, currency) for plan, _ in PLANS for currency, _ in CURRENCIES}
    assert set(DECIMAL_PLACES) == {currency for currency, _ in CURRENCIES}


# --- invoice states


def test_every_state_is_reached_and_told_of() -> None:
    """Each state has its transitions, each but the first can be arrived at and has an event."""
    reached = set().union(*TRANSITIONS.values())

    assert set(TRANSITIONS) == set(InvoiceState)
    assert reached == set(STATE_EVENTS) == set(InvoiceState) - {INITIAL}
    assert repeated(STATE_EVENTS.values()) == []


# --- endpoints and throttling


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Yield each route with its whole path, written as contracts writes it."""
    for pattern in resolver.url_patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path, pattern


def test_endpoints_are_those_that_were_promised() -> None:
    """Each promised endpoint is served, and each served one is promised; none twice."""
    served = [
        (method.upper(), path)
        for path, pattern in patterns(get_resolver())
        for method in getattr(pattern.callback, "actions", ["get"])
    ]

    assert repeated(served) == []
    assert set(served) == {(e.method, e.path) for e in ENDPOINTS if e.service == ServiceName.BILLING}


def test_throttle_scopes_have_rates_that_django_reads_alike() -> None:
    """Every scope of a view has a rate, every rate a view; none is misread."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    views = [pattern.callback.cls for _, pattern in patterns(get_resolver()) if hasattr(pattern.callback, "cls")]
    used = {scope for view in views for scope in (view.read_scope, view.write_scope)}

    assert used == set(rates) != set()
    for rate in map(parse_rate, rates.values()):
        assert SimpleRateThrottle.parse_rate(None, str(rate)) == (rate.count, rate.period_s)


# --- tasks


def test_task_names_are_unique_and_registered() -> None:
    """Two tasks of one name become one: the names are counted where they are written."""
    written = [
        keyword.value.value
        for node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "shared_task"
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    ]
    app.loader.import_default_modules()

    assert repeated(written) == []
    assert set(written) == {name for name in app.tasks if name.startswith("billing.")}


def test_clock_and_routes_name_what_exists() -> None:
    """Beat sends only registered tasks, and every queue is one that contracts knows."""
    app.loader.import_default_modules()
    scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
    queues = [route["queue"] for route in app.conf.task_routes.values()]

    assert repeated(scheduled) == []
    assert set(scheduled) <= set(app.tasks)
    assert {app.conf.task_default_queue, *queues} == set(QueueName)


# --- migrations, environment, entry points


def test_migrations_say_what_the_models_say() -> None:
    """Nobody forgot makemigrations, and no two migrations claim to be the last."""
    loader = MigrationLoader(connection=None)
    detector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        NonInteractiveMigrationQuestioner(specified_apps={"billing"}),
    )

    assert len(loader.graph.leaf_nodes("billing")) == 1
    assert detector.changes(graph=loader.graph) == {}


def test_example_documents_what_is_read() -> None:
    """Each variable that the code reads stands once in ``.env.example``, and nothing else does."""
    read = {
        ast.literal_eval(node.args[0])
        for node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"required", "optional"}
    }
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        documented = [binding.key for binding in parse_stream(stream) if binding.key]

    assert repeated(documented) == []
    assert set(documented) == read


def test_environment_is_read_in_one_place() -> None:
    """A variable read anywhere else would escape the test above."""
    readers = {
        file.name
        for file in PACKAGE.rglob("*.py")
        if re.search(r"\benviron(?!\.setdefault)\b|\bgetenv\b", file.read_text(encoding="utf-8"))
    }

    assert readers == {"environment.py"}


def test_commands_can_be_started() -> None:
    """Each console script of the manifest points to something callable."""
    manifest = tomllib.loads((UNIT / "pyproject.toml").read_text(encoding="utf-8"))
    scripts = manifest["project"]["scripts"]

    assert scripts
    for name, target in scripts.items():
        assert callable(EntryPoint(name, target, "console_scripts").load()), name
