"""Monorepos whose units need servers: what their tests say to these, and what a run of them leaves on this machine."""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path

import docker

from tests.e2e import command
from tests.e2e.command import outcomes, report_of, wait_for
from tests.monorepo import make_monorepo

GONE_S = 5.0  # the longest that anything of a run may outlive it
PLACES = tuple(dict.fromkeys((Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))))
POSTGRES = ("psycopg[binary]",)
TALK = """
import os, pathlib, signal, socket, time, urllib.parse, urllib.request
def redis(*words, url="REDIS_URL"):
    place = urllib.parse.urlsplit(os.environ[url])
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall((" ".join(words) + "\\r\\n").encode())
        return connection.recv(4096).decode().strip()
def get(url):
    return urllib.request.urlopen(url, timeout=10).read().decode()
def wait_for(claim):
    deadline = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
def hold():
    pathlib.Path("started").touch()
    wait_for(pathlib.Path("go").exists)
"""
QUICK = "def test_quick(): pass\n"
HOLDS = TALK + "def test_holds(): hold()\n"


def unit(name, test, table="", dependencies=(), **files):
    """The files of one service."""
    made = command.unit(name, test, table, **files)
    manifest = f"services/{name}/pyproject.toml"
    made[manifest] = made[manifest].replace("[tool.uv]", f"dependencies = {list(dependencies)}\n[tool.uv]", 1)
    return made


def web(image, *, name="web", ready='{ http = "/health" }', more=""):
    """A need of an image of one's own, whose URL the tests get as WEB_URL."""
    return (
        f'[tool.integrity.needs.{name}]\nimage = "{image}"\nport = 8080\nready = {ready}\n'
        f'url = "http://{{host}}:{{port}}"\nenv-var = "{name.upper()}_URL"\n{more}\n'
    )


class Serviced:
    """One monorepo, the runs that a test starts in it, and what they leave. `before` is what is put before the command."""

    def __init__(self, root, engine=None):
        self.root = root
        self.engine = engine
        self.before = []
        self.processes = []
        self.segments = segments()

    def add(self, *units, settings=""):
        """Write units, and the root's own settings."""
        files = {path: text for each in units for path, text in each.items()}
        make_monorepo(self.root, {"pyproject.toml": f"[tool.integrity]\n{settings}\n", **files})
        return self

    def start(self, *arguments, **environment):
        """The command, running."""
        process = command.start(self.root, *arguments, before=self.before, **{**self._engine(), **environment})
        self.processes.append(process)
        return process

    def run(self, *arguments, **environment):
        """The command, run to its end."""
        return command.finished(self.start(*arguments, **environment))

    def file(self, unit, name="started"):
        """A file in a unit's folder."""
        return self.root / "services" / unit / name

    def wait_until_held(self, *units):
        """Until the tests of these units run; fails when the last run that was started ends before."""
        process = self.processes[-1]
        wait_for(lambda: all(self.file(unit).exists() for unit in units) or process.poll() is not None)
        assert process.poll() is None, b"".join(process.communicate()).decode()

    def let_go(self, *units):
        """Let their tests end."""
        for each in units:
            self.file(each, "go").touch()

    def outcomes(self, results="integrity-results"):
        """Unit name → outcome, with an error's kind behind a slash."""
        return outcomes(self.root, results)

    def error(self, name, results="integrity-results"):
        """A unit's error: kind, message, hint, detail."""
        return next(unit["error"] for unit in report_of(self.root, results)["units"] if unit["name"] == name)

    def services(self, name, results="integrity-results"):
        """Name of a need of this unit → what the report says of its server."""
        found = next(unit["services"] for unit in report_of(self.root, results)["units"] if unit["name"] == name)
        return {service["name"]: service for service in found}

    def journal(self):
        """The journal's text, as far as it is written."""
        path = self.root / "integrity-results/events.jsonl"
        return path.read_text() if path.exists() else ""

    def left(self):
        """All that there is of this monorepo's runs, outside of their results and caches."""
        ours = self._ours()
        scratch = self.root / ".integrity/scratch"
        return [
            *processes(ours),
            *(str(each) for place in PLACES for each in place.glob("integrity-*") if ours.search(each.name)),
            *(f"segment {each}" for each in segments() - self.segments),
            *(str(each) for each in (scratch.iterdir() if scratch.exists() else ())),
            *self.left_in_engine(),
        ]

    def left_in_engine(self):
        """The names of containers, networks and volumes of this monorepo's runs."""
        return of_engine(self.engine, self._ours()) if self.engine else []

    def wait_until_gone(self):
        """Until nothing is left, or fail with what is."""
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not self.left(), GONE_S)
        left = self.left()
        assert left == [], left

    def end(self):
        """End all runs that are still there, and what was kept."""
        if any((self.root / ".integrity/services").glob("*.json")):
            self.run("services", "down")
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()

    def _ours(self):
        """Matches in the id of each of this monorepo's runs."""
        pids = "|".join(str(process.pid) for process in self.processes)
        return re.compile(rf"-({pids or 'none'})-[0-9a-f]{{8}}")

    def _engine(self):
        return {"DOCKER_HOST": self.engine} if self.engine else {}


def processes(ours):
    """Those with the mark of a run, and its supervisor, which has it as an argument."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            marks = re.findall(rb"INTEGRITY_ATTEMPT=([^\0]*)", told)
            if any(ours.search(mark.decode(errors="replace")) for mark in marks):
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield f"process {folder.name} {words}"


def segments():
    """Ids of the System V shared memory segments to which nobody is attached."""
    rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[6] == "0"}


def of_engine(engine, ours):
    """Containers, networks and volumes with a run's label."""
    with contextlib.closing(docker.APIClient(base_url=engine, timeout=30)) as client:
        labelled = {"label": "integrity.run"}
        found = [
            *((each["Names"][0].strip("/"), each["Labels"]) for each in client.containers(all=True, filters=labelled)),
            *((each["Name"], each["Labels"]) for each in client.networks(filters=labelled)),
            *((each["Name"], each["Labels"]) for each in client.volumes(filters=labelled)["Volumes"] or ()),
        ]
    return [name for name, labels in found if ours.search(labels["integrity.run"])]


def servers_of(serviced, program):
    """Ids of a run's own processes that run this program."""
    found = (each.split() for each in serviced.left() if each.startswith("process "))
    return [int(words[1]) for words in found if len(words) > 2 and Path(words[2]).name == program]
