"""Health checks that cannot fail, and those that can."""

from __future__ import annotations

import pytest

from integrity.checks.routes.commands import commands_of, paths_asked
from integrity.checks.unit import unit_around
from tests.checks.harness import examined, write

HONEST_COMMANDS = [
    "HEALTHCHECK CMD curl -f http://localhost/ || exit 1",
    "HEALTHCHECK NONE",
    'HEALTHCHECK CMD ["curl", "-f", "http://localhost/true"]',
    "HEALTHCHECK CMD curl http://localhost/ | grep true",
    "HEALTHCHECK CMD test -f /ready || true && test -f /alive",
    "HEALTHCHECK CMD pg_isready || exit",
    "# HEALTHCHECK CMD true",
]
SOFT_COMMANDS = [
    "HEALTHCHECK CMD curl -f http://localhost/ || exit 0",
    "HEALTHCHECK --interval=5s CMD curl -f http://localhost/ || true",
    'HEALTHCHECK CMD ["sh", "-c", "curl -f http://localhost/ || true"]',
    "healthcheck CMD curl -f http://localhost/ || :",
    "HEALTHCHECK CMD exit 0",
    'HEALTHCHECK CMD ["true"]',
    "HEALTHCHECK CMD echo healthy",
]
HONEST_VIEWS = {
    "another status": """
def health():
    try:
        ping()
    except Exception:
        return {"status": "ill"}, 503
    return {"status": "ok"}, 200
""",
    "only one error": """
def health():
    try:
        ping()
    except KeyError:
        pass
    return {"status": "ok"}
""",
    "a result that is kept": """
def health():
    status = "ok"
    try:
        ping()
    except Exception:
        status = "ill"
    return {"status": status}
""",
    "raised again": """
def health():
    try:
        ping()
    except Exception:
        log()
        raise
    return {"status": "ok"}
""",
    "decided inside": """
def health():
    try:
        if not ping():
            return {"status": "ill"}, 503
        return {"status": "ok"}, 200
    except Exception:
        return {"status": "ok"}, 200
""",
    "nothing tried": """
def health():
    try:
        x = 1
    except Exception:
        pass
    return {"status": "ok"}
""",
    "not a health view": """
def report_health_to_owner():
    try:
        send()
    except Exception:
        pass
    return True
""",
    "aborted": """
def health():
    try:
        ping()
    except Exception:
        abort(503)
    return {"status": "ok"}
""",
}
SOFT_VIEWS = {
    "bare except": """
def healthz():
    try:
        ping()
    except:
        pass
    return "ok"
""",
    "inside with": """
async def health_check():
    with timer():
        try:
            await ping()
            return Response("ok", status=OK)
        except (ValueError, BaseException):
            log("ill")
            return Response("ok", status=OK)
""",
    "in else": """
def readiness_probe():
    try:
        ping()
    except Exception as error:
        log(error)
        return {"ready": True}
    else:
        return {"ready": True}
""",
}


def codes(folder, path, text):
    write(folder, {"pyproject.toml": "", path: text})
    return {finding.code for finding in examined(folder) if finding.code.startswith("RTE")}


@pytest.mark.parametrize("line", HONEST_COMMANDS)
def test_command_that_can_fail_is_silent(tmp_path, line):
    """Its status gets through."""
    assert codes(tmp_path, "Dockerfile", f"FROM x\n{line}\n") == set()


@pytest.mark.parametrize("line", SOFT_COMMANDS)
def test_command_that_cannot_fail_is_told(tmp_path, line):
    """Its status is thrown away, or nothing is asked."""
    assert codes(tmp_path, "Dockerfile", f"FROM x\n{line}\n") == {"RTE111"}


@pytest.mark.parametrize("name", HONEST_VIEWS)
def test_view_that_can_fail_is_silent(tmp_path, name):
    """Or that may be able to."""
    assert codes(tmp_path, "views.py", HONEST_VIEWS[name]) == set()


@pytest.mark.parametrize("name", SOFT_VIEWS)
def test_view_that_cannot_fail_is_told(tmp_path, name):
    """It gives one answer in any case."""
    assert codes(tmp_path, "views.py", SOFT_VIEWS[name]) == {"RTE111"}


def test_paths_are_those_that_the_own_container_is_asked(tmp_path):
    """Other services' and other hosts' paths are not the unit's."""
    files = {
        "pyproject.toml": "",
        "Dockerfile": "HEALTHCHECK CMD wget -qO- http://127.0.0.1:8000/health?full=1 || exit 1\n",
        "compose.yml": """
services:
  web:
    build:
      context: .
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/live"]
  other:
    build: ../other
    healthcheck:
      test: curl -f http://localhost:8000/other
  proxy:
    image: proxy
    healthcheck:
      test: curl -f http://localhost/proxy
""",
        "pod.yaml": """
containers:
  - image: shop
    readinessProbe:
      httpGet:
        path: /ready
        port: 8000
""",
    }
    sources = unit_around(str(write(tmp_path, files) / "pyproject.toml")).sources

    assert {path for command in commands_of(sources) if command.is_own for path in paths_asked(command)} == {
        "/health",
        "/live",
        "/ready",
    }
