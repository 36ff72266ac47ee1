"""Celery workers are asked through their broker: real ones, in real envs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time

import pytest

from tests.backing.servers import free_port
from tests.checks.harness import PLAIN_ENVIRONMENT, REPOSITORY, run_tests, write

UNIT = {
    "pyproject.toml": '[tool.integrity.checks.services]\nworker = { kind = "celery", app = "shop:app", timeout = 5 }\n',
    "shop.py": 'import os\n\nfrom celery import Celery\n\napp = Celery("shop", broker=os.environ["REDIS_URL"])\n',
}
START_S = 30


@contextlib.contextmanager
def worker(folder, python, url):
    """A running worker."""
    command = [str(python), "-m", "celery", "--app", "shop", "worker", "--pool", "solo", "--loglevel", "INFO"]
    environment = {name: os.environ[name] for name in PLAIN_ENVIRONMENT if name in os.environ}
    environment |= {"REDIS_URL": url, "PYTHONPATH": f"{folder}{os.pathsep}{REPOSITORY}"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + START_S
        while "ready." not in (folder / "log").read_text():
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_worker_is_found_while_it_runs(tmp_path, redis_url, request, version):
    """Without one, the broker alone is not enough."""
    python = request.getfixturevalue(version)
    write(tmp_path, UNIT)

    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")  # also of sockets that nobody closed

    with worker(tmp_path, python, redis_url):
        running, output = run_tests(tmp_path, python, REDIS_URL=redis_url)
    (tmp_path / "stream.jsonl").unlink()
    ended, _ = run_tests(tmp_path, python, REDIS_URL=redis_url)

    assert running == [], output
    assert [(finding["code"], finding["message"]) for finding in ended] == [
        ("SVC105", "worker does not answer: no worker answers a ping.")
    ]


def test_broker_that_is_not_there_is_told_in_time(tmp_path, newest):
    """Celery itself would try for minutes."""
    write(tmp_path, UNIT)
    began = time.monotonic()

    found, _ = run_tests(tmp_path, newest, REDIS_URL=f"redis://:s3cret@127.0.0.1:{free_port()}/0")

    assert time.monotonic() - began < 15
    assert [finding["code"] for finding in found] == ["SVC105"]
    assert "s3cret" not in found[0]["message"]
