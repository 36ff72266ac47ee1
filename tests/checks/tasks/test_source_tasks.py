"""Tasks, references and queues as sources write them: what is known, what is left alone, and how fast."""

from __future__ import annotations

import time

import pytest

from integrity.checks.sources.names import Names
from integrity.checks.tasks import cases, judges
from integrity.checks.tasks.lookup import Lookup
from integrity.checks.tasks.queues import consumed_by_commands
from integrity.checks.tasks.registered import Registered, Task, registered
from integrity.checks.unit import unit_around
from tests.checks.harness import write

APP = "from celery import Celery\napp = Celery('shop')\n"
TASKS = "from celery import shared_task\n\n\n@shared_task\ndef ship():\n    return None\n"


def unit_of(folder, files):
    write(folder, {"pyproject.toml": "", **files})
    return unit_around(str(folder / "pyproject.toml"))


def names_in(unit):
    found = registered(unit.sources, Names(unit.sources))
    return sorted(task.name for task in found.tasks), sorted(found.possible), found.unsure


def findings(unit, declared=None):
    return [
        (case.check.code, finding.entry)
        for case in cases(unit, declared)
        if case.is_static
        for finding in case.check.judge(case.load()).findings
    ]


def test_file_that_does_not_parse_is_passed_over(tmp_path):
    """What doesn't parse, isn't UTF-8 or is a test has no tasks, and the others are still read."""
    unit = unit_of(
        tmp_path,
        {
            "shop/__init__.py": "",
            "shop/tasks.py": TASKS,
            "shop/broken.py": "@shared_task\ndef (:",
            "tests/tasks.py": TASKS,
        },
    )
    (tmp_path / "shop" / "latin.py").write_bytes(b"# \xe9\n@shared_task\ndef other(): pass\n")

    assert names_in(unit)[0] == ["shop.tasks.ship"]


def test_decorators_of_others_are_no_tasks(tmp_path):
    """A `task` of another library is no Celery task, and two of them are no finding."""
    flows = "from prefect import task\n\n\n@task(name='load')\ndef one(): ...\n\n\n@task(name='load')\ndef two(): ...\n"
    unit = unit_of(tmp_path, {"flows.py": flows})

    assert names_in(unit)[0] == []
    assert findings(unit) == []


def test_tasks_of_two_apps_may_share_a_name(tmp_path):
    """Two apps have a registry each; shared_task is in both."""
    files = {
        "one.py": APP + "\n\n@app.task(name='x')\ndef a(): ...\n",
        "two.py": APP + "\n\n@app.task(name='x')\ndef b(): ...\n",
    }
    assert findings(unit_of(tmp_path, files)) == []

    unit = unit_of(tmp_path, {"three.py": "from celery import shared_task\n\n\n@shared_task(name='x')\ndef c(): ...\n"})

    assert findings(unit) == [("TSK101", "x")]


def test_alternatives_are_no_duplicates(tmp_path):
    """Of two functions in the branches of an `if`, only one is defined."""
    branches = "from celery import shared_task\nif True:\n    @shared_task\n    def a(): ...\nelse:\n    @shared_task\n    def a(): ...\n"

    assert findings(unit_of(tmp_path, {"tasks.py": branches})) == []


def test_same_script_in_two_folders_is_no_duplicate(tmp_path):
    """Folders of examples have modules of one name that are never imported together."""
    assert findings(unit_of(tmp_path, {"examples/a/tasks.py": TASKS, "examples/b/tasks.py": TASKS})) == []


@pytest.mark.parametrize(
    "beside",
    [
        "class Own(Celery):\n    def gen_task_name(self, name, module): ...\n",
        "@app.task(name=f'shop.{1}')\ndef other(): ...\n",
        "@app.task(**OPTIONS)\ndef other(): ...\n",
    ],
)
def test_computed_names_silence_unknown_names(tmp_path, beside):
    """Where a task's name is computed, no reference is surely wrong."""
    files = {
        "shop/__init__.py": "",
        "shop/tasks.py": APP + beside,
        "shop/beat.py": "beat_schedule = {'a': {'task': 'shop.tasks.gone', 'schedule': 1}}\n",
    }
    unit = unit_of(tmp_path, files)

    assert findings(unit) == []
    assert findings(unit_of(tmp_path, {"shop/tasks.py": APP})) == [("TSK102", "a")]


@pytest.mark.parametrize(
    ("tasks", "is_known"),
    [
        (TASKS, True),
        ("def ship(): ...\n", False),
        ("from other import *\n", True),
        ("from other import ship\n", True),
        ("@wrapped('x')\ndef ship(): ...\n", True),
        ("ship = make()\n", True),
        (APP + "def ship(): ...\n\n\nrun = app.task(ship)\n", True),
        ("class ship(Task): ...\n", True),
        (APP + "def make():\n    @app.task\n    def ship(): ...\n", True),
    ],
)
def test_name_is_only_wrong_where_nothing_could_register_it(tmp_path, tasks, is_known):
    """Star imports, other decorators, assignments and task classes may register what is named."""
    beat = "beat_schedule = {'a': {'task': 'shop.tasks.ship', 'schedule': 1}}\n"
    unit = unit_of(tmp_path, {"shop/__init__.py": "", "shop/tasks.py": tasks, "shop/beat.py": beat})

    assert findings(unit) == ([] if is_known else [("TSK102", "a")])


def test_unit_inside_a_package_knows_its_tasks_by_their_ends(tmp_path):
    """Where the unit's folder is itself part of the name, as in `mono.shop.tasks.ship`, the end of it decides."""
    beat = "beat_schedule = {'a': {'task': 'mono.shop.tasks.ship', 'schedule': 1}}\n"
    unit = unit_of(tmp_path, {"shop/__init__.py": "", "shop/tasks.py": TASKS, "shop/beat.py": beat})

    assert findings(unit, {}) == []


def test_commands_tell_which_queues_are_consumed(tmp_path):
    """YAML lists, JSON lists, options with '=', and a worker without any, which takes the default queue and task_queues."""
    files = {
        "compose.yaml": "services:\n  a:\n    command:\n      - celery\n      - worker\n      - -Q\n      - one,two\n",
        "Dockerfile": 'CMD ["celery", "-A", "shop", "worker", "--queues=three"]\n',
        "start.sh": "celery -A shop worker\n\ncelery -A shop beat\n",
        "shop.py": APP
        + "from kombu import Queue\napp.conf.task_queues = (Queue('four'),)\napp.conf.task_default_queue = 'five'\n",
    }

    consumed = consumed_by_commands(unit_of(tmp_path, files))

    assert consumed.is_known
    assert consumed.names == {"one", "two", "three", "four", "five"}


@pytest.mark.parametrize("command", ["celery worker -Q ${QUEUES}", "gunicorn shop"])
def test_unknown_queues_judge_nothing(tmp_path, command):
    """A variable in the command, or no worker at all, leaves the check silent, and says so."""
    files = {
        "Procfile": f"worker: {command}\n",
        "tasks.py": TASKS.replace("@shared_task", "@shared_task(queue='slow')"),
    }
    unit = unit_of(tmp_path, files)

    assert findings(unit, {}) == []
    [queues] = [case for case in cases(unit, {}) if case.check.code == "TSK105"]
    assert queues.check.judge(queues.load()).notes


def test_queue_of_a_declared_name_is_consumed(tmp_path):
    """`queues` may be plain names; then no env is needed."""
    unit = unit_of(tmp_path, {"tasks.py": TASKS.replace("@shared_task", "@shared_task(queue='slow')")})

    assert findings(unit, {"queues": ["fast"]}) == [("TSK105", "slow")]
    assert findings(unit, {"queues": ["slow"]}) == []


def test_hundred_thousand_tasks_are_judged_in_a_second():
    """Neither duplicates nor unknown names take time that grows with the square."""
    many = tuple(Task(f"shop.tasks.t{number}", "app", None) for number in range(100_000))
    found = Registered(many)
    began = time.perf_counter()

    assert judges.judge_duplicates(judges.Registrations((*many, many[0]._replace(is_named=True)))).findings
    lookup = Lookup(unit_around(__file__).sources, found, is_strict=True)
    assert [lookup.problem(f"shop.tasks.t{number}") for number in range(100_000)] == [""] * 100_000

    assert time.perf_counter() - began < 3
