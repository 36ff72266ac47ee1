"""Celery as it really is: what its apps register, schedule and route, at the oldest and the newest version."""

from __future__ import annotations

import pytest

from tests.checks import harness

PROJECT = '[tool.integrity.checks.tasks]\napp = "shop.worker:app"\n'
WORKER = 'from celery import Celery\n\napp = Celery("shop", broker="memory://", include=["shop.tasks"])\n'
TASKS = "from shop.worker import app\n\n\n@app.task\ndef ship():\n    return None\n"
VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])


def run(folder, request, version, files, **variables):
    unit = {
        "pyproject.toml": PROJECT,
        "shop/__init__.py": "",
        "shop/worker.py": WORKER,
        "shop/tasks.py": TASKS,
        **files,
    }
    return harness.run_tests(harness.write(folder, unit), request.getfixturevalue(version), **variables)


@VERSIONS
def test_whole_app_is_silent(tmp_path, request, version):
    """An app whose entries, routes and calls all lead to tasks has no finding, and every check looked at something or may not."""
    files = {
        "shop/worker.py": WORKER
        + "app.conf.beat_schedule = {'ship': {'task': 'shop.tasks.ship', 'schedule': 60, 'options': {'queue': 'celery'}}}\n"
        "app.conf.task_routes = {'shop.tasks.s*': {'queue': 'celery'}, 'celery.backend_cleanup': 'celery'}\n",
        "shop/api.py": "from shop.worker import app\n\n\ndef go():\n    app.send_task('shop.tasks.ship')\n",
        "Procfile": "worker: celery -A shop worker\n",
    }

    found, output = run(tmp_path, request, version, files)

    assert found == [], output


@VERSIONS
def test_schedule_and_routes_made_by_code_are_read(tmp_path, request, version):
    """Entries of loops and routes of comprehensions are compared with what is registered; each is told once."""
    files = {
        "shop/worker.py": WORKER
        + "app.conf.beat_schedule = {name: {'task': f'shop.tasks.{name}', 'schedule': 60} for name in ('ship', 'pack')}\n"
        "app.conf.task_routes = {f'shop.{name}.*': 'celery' for name in ('tasks', 'mails')}\n"
    }

    found, output = run(tmp_path, request, version, files)

    assert sorted((each["code"], each["entry"]) for each in found) == [
        ("TSK102", "pack"),
        ("TSK103", "shop.mails.*"),
    ], output


@VERSIONS
def test_what_sources_show_is_told_once(tmp_path, request, version):
    """A written entry that leads nowhere is one finding, though sources and the app both show it."""
    files = {
        "shop/worker.py": WORKER + "app.conf.beat_schedule = {'pack': {'task': 'shop.tasks.pack', 'schedule': 60}}\n"
    }

    found, output = run(tmp_path, request, version, files)

    assert [(each["code"], each["entry"]) for each in found] == [("TSK102", "pack")], output


@VERSIONS
def test_unimportable_module_of_tasks_is_red(tmp_path, request, version):
    """The original error is told, with the line of the unit's own code that raised it."""
    found, output = run(
        tmp_path, request, version, {"shop/tasks.py": "from shop.worker import app\nimport shop.gone\n"}
    )

    assert {each["code"] for each in found} == {"REG002"}, output
    assert "No module named 'shop.gone'" in output
    assert found[0]["places"][0]["path"] == "shop/tasks.py"
    assert found[0]["places"][0]["line"] == 2


@VERSIONS
def test_app_that_is_gone_is_red(tmp_path, request, version):
    """A misspelt target names the nearest right one."""
    found, output = run(tmp_path, request, version, {"pyproject.toml": PROJECT.replace(":app", ":ap")})

    assert {each["code"] for each in found} == {"REG002"}
    assert "Did you mean 'app'?" in output


@VERSIONS
def test_django_settings_configure_the_app(tmp_path, request, version):
    """The namespace CELERY_, autodiscovery and shared tasks are read through Django; a call by name is judged by the app."""
    files = {
        "shop/settings.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = ['shop']\nCELERY_BROKER_URL = 'memory://'\n"
        "CELERY_BEAT_SCHEDULE = dict(a={'task': 'shop.tasks.sent', 'schedule': 1})\n",
        "shop/worker.py": "from celery import Celery\n\napp = Celery('shop')\n"
        "app.config_from_object('django.conf:settings', namespace='CELERY')\napp.autodiscover_tasks()\n",
        "shop/tasks.py": "from celery import shared_task\n\n\n@shared_task(name='shop.send')\ndef send(): ...\n\n\n"
        "def go(app):\n    app.send_task('other.unit.task')\n",
    }

    found, output = run(tmp_path, request, version, files, DJANGO_SETTINGS_MODULE="shop.settings")

    assert sorted((each["code"], each["entry"]) for each in found) == [
        ("TSK102", "a"),
        ("TSK106", "other.unit.task"),
    ], output


@VERSIONS
def test_queues_of_a_registry_are_consumed(tmp_path, request, version):
    """`queues` may name a registry of the unit; a task without a route goes to the default queue, which has to be among them."""
    project = PROJECT + 'queues = ["lines", "mail"]\n\n[tool.integrity.registries]\nlines = "shop.lines:LINES"\n'
    lines = {"pyproject.toml": project, "shop/lines.py": "LINES = {'fast': 1, 'slow': 2}\n"}
    worker = WORKER + "app.conf.task_routes = {'shop.tasks.s*': {'queue': 'slow'}}\n"

    assert run(tmp_path, request, version, {**lines, "shop/worker.py": worker})[0] == []
    found, output = run(tmp_path / "unrouted", request, version, lines)
    assert [(each["code"], each["entry"]) for each in found] == [("TSK105", "celery")], output


@VERSIONS
def test_other_warnings_are_not_swallowed(tmp_path, request, version):
    """What the unit's own modules warn of while they are imported is still shown by pytest."""
    files = {"shop/tasks.py": TASKS + "import warnings\nwarnings.warn('soon gone', DeprecationWarning)\n"}

    assert "soon gone" in run(tmp_path, request, version, files)[1]


ASSERTIONS = """import integrity
import pytest

from shop.worker import app


def test_whole():
    integrity.assert_tasks("shop.worker:app", queues=["celery"])
    integrity.assert_tasks(app)


def test_refused():
    with pytest.raises(TypeError, match="a mapping holds each name once"):
        integrity.assert_tasks(app.tasks)
    with pytest.raises(TypeError, match="takes a Celery app"):
        integrity.assert_tasks(list(app.tasks))


def test_red():
    with pytest.raises(integrity.IntegrityError) as error:
        integrity.assert_tasks(app, routed=True)
    assert [finding.code for finding in error.value.findings] == ["TSK104"]
    with pytest.raises(integrity.IntegrityError, match="TSK105"):
        integrity.assert_tasks(app, queues=["other"])
"""


@VERSIONS
def test_assertion_refuses_what_cannot_fail(tmp_path, request, version):
    """`assert_tasks` takes the app or its place, and no collection of names; it raises with all findings."""
    found, output = run(tmp_path, request, version, {"test_integrity.py": ASSERTIONS})

    assert found == []
    assert "3 passed" in output
