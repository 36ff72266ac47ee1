"""What `serve` becomes, and what is said where it can't become anything."""

from __future__ import annotations

import pytest

from integrity.model.need import Ready, ReadyBy, Serve
from tests.settings.configured import MANIFEST, fault_of, settings_of


def test_one_process_is_called_serve(tmp_path):
    """All keys of a single process are read; commands are split as a shell does."""
    table = """
        [tool.integrity.serve]
        command = "uvicorn 'a b' --port {port}"
        before = ["python manage.py migrate --noinput", "./seed /x/"]
        ready = { http = "/health" }
        env-var = "BILLING_URL"
        url = "http://{host}:{port}/api"
        timeout = 5
    """

    assert settings_of(tmp_path, table).serve == (
        Serve(
            name="serve",
            command=("uvicorn", "a b", "--port", "{port}"),
            before=(("python", "manage.py", "migrate", "--noinput"), ("./seed", "/x/")),
            ready=Ready(by=ReadyBy.HTTP, text="/health"),
            variable="BILLING_URL",
            url="http://{host}:{port}/api",
            timeout_s=5.0,
            place=f"{MANIFEST}:3",
        ),
    )


def test_several_processes_have_names(tmp_path):
    """A table of tables is several processes, each with its line; one string is one command before."""
    table = """
        [tool.integrity.serve.web]
        command = ["web", "--port={port}"]
        before = "migrate"
        [tool.integrity.serve.worker]
        command = "worker"
        ready = { log = "ready" }
    """

    web, worker = settings_of(tmp_path, table).serve

    assert (web.name, web.command, web.before) == ("web", ("web", "--port={port}"), (("migrate",),))
    assert (web.ready, web.variable, web.url, web.timeout_s) == (
        Ready(by=ReadyBy.TCP),
        None,
        "http://{host}:{port}",
        60.0,
    )
    assert (worker.name, worker.ready, worker.place) == ("worker", Ready(by=ReadyBy.LOG, text="ready"), f"{MANIFEST}:6")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('serve = { command = "worker" }', "serve takes no port and has no ready, so that nothing tells when it is up"),
        (
            'serve.w = { command = "w", ready = { http = "/" } }',
            "serve.w: ready needs a port, and the command takes none",
        ),
        ('serve = { command = "w {{port}}", ready = { log = "x" }, env-var = "W" }', "serve: env-var needs a port"),
        ('serve = { command = "w", ready = { log = "x" }, url = "u" }', "url needs a port"),
        (
            'needs = ["redis"]\nserve = { command = "w {port}", env-var = "REDIS_URL" }',
            "REDIS_URL would be given twice, by needs.redis and serve. Choose another name",
        ),
        (
            'serve.a = { command = "a {port}", env-var = "X" }\nserve.b = { command = "b {port}", env-var = "X" }',
            "X would be given twice, by serve.a and serve.b",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path, table, words):
    """Each contradiction is a problem of the unit, with file and line."""
    told = fault_of(tmp_path, table)

    assert words in told
    assert told.startswith(f"{MANIFEST}:")


def test_empty_table_serves_nothing(tmp_path):
    """A header without keys is no process."""
    assert settings_of(tmp_path, "[tool.integrity.serve]\n").serve == ()
