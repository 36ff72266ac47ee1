"""FastAPI and Starlette as they really are, flat and with included routers."""

from __future__ import annotations

import pytest

from tests.checks.harness import run_tests, write
from tests.checks.routes.reading import column, read

VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])
APP = """from fastapi import APIRouter, FastAPI, WebSocket

inner = APIRouter(prefix="/inner")
outer = APIRouter()
app = FastAPI()
admin = FastAPI()


@inner.get("/{number}", operation_id="read", name="inner-one")
def one(number: int):
    return number


@inner.websocket("/feed")
async def feed(socket: WebSocket):
    await socket.accept()


@outer.api_route("/both", methods=["GET", "POST"])
def both():
    return None


@app.get("/hidden", include_in_schema=False)
def hidden():
    return None


@admin.get("/users")
def users():
    return None


outer.include_router(inner, prefix="/v1")
app.include_router(outer, prefix="/api")
app.mount("/admin", admin)
"""
STARLETTE = """from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles


class Orders(HTTPEndpoint):
    def get(self, request):
        return PlainTextResponse("orders")


def page(request):
    return PlainTextResponse("page")


async def feed(socket):
    await socket.accept()


def make():
    return Starlette(
        routes=[
            Host("{tenant}.example.org", Router(routes=[Route("/start", page, name="start")]), name="tenants"),
            Route("/orders", Orders),
            Route("/{number:int}", page, methods=["POST"]),
            Route("/{word}", page),
            WebSocketRoute("/feed", feed),
            Mount("/files", StaticFiles(directory="."), name="files"),
            Mount("/late", routes=[Route("/start", page)]),
        ]
    )
"""


@VERSIONS
def test_included_routers_are_read_with_their_prefixes(tmp_path, request, version):
    """Routes of routers in routers are there in both structures, with names, websockets and mounted applications."""
    result = read(tmp_path, request.getfixturevalue(version), "app:app", {"app.py": APP})

    rows = {row["route"]: row for row in result["rows"] if row["lines"]}
    assert set(rows) == {
        "GET /hidden",
        "GET /api/v1/inner/{number}",
        "WEBSOCKET /api/v1/inner/feed",
        "GET,POST /api/both",
        "GET /admin/users",
    }
    assert rows["GET /api/v1/inner/{number}"]["name"] == "inner-one"
    assert rows["GET /api/v1/inner/{number}"]["lines"] == [9]
    assert {route for route, row in rows.items() if row["documented"]} == {
        "GET /api/v1/inner/{number}",
        "GET,POST /api/both",
    }
    assert result["notes"] == []


@VERSIONS
def test_every_route_resolves_to_itself(tmp_path, request, version):
    """The framework's own matching takes each concrete path to the route that it was made from."""
    result = read(
        tmp_path,
        request.getfixturevalue(version),
        "app:app",
        {"app.py": APP},
        ("/api/v1/inner/7", "/admin/users", "/none"),
    )

    wrong = [
        (row["route"], witness)
        for position, row in enumerate(result["rows"])
        for witness in row["witnesses"]
        if witness[2] != position
    ]
    assert wrong == []
    assert sum(len(row["witnesses"]) for row in result["rows"]) > 8
    assert result["asked"] == ["GET /api/v1/inner/{number}", "GET /admin/users", None]


@VERSIONS
def test_starlette_is_read_by_a_factory(tmp_path, request, version):
    """Endpoint classes match every method; mounts, hosts and files take what is below them."""
    python = request.getfixturevalue(version)
    result = read(tmp_path, python, "app:make", {"app.py": STARLETTE}, ("/files/x.css", "/feed", "/7"))

    assert column(result, "route") == [
        "* {tenant}.example.org/{path:path}",
        "GET {tenant}.example.org/start",
        "* /orders",
        "POST /{number:int}",
        "GET /{word}",
        "WEBSOCKET /feed",
        "* /files/{path:path}",
        "* /late/{path:path}",
        "GET /late/start",
    ]
    assert column(result, "name")[1] == "tenants:start"
    assert result["shadowed"] == []
    assert result["asked"] == ["* /files/{path:path}", "GET /{word}", "GET /{word}"]
    assert column(result, "witnesses")[1] == [["GET", "/start", 1]]


def test_factory_that_fails_is_told_with_its_error(tmp_path, newest):
    """And at its place in the unit's own code."""
    files = {
        "pyproject.toml": '[tool.integrity.checks.routes]\napp = "app:make"\n',
        "app.py": 'def make():\n    raise RuntimeError("no queue")\n',
    }
    found, _ = run_tests(write(tmp_path, files), newest)

    assert {finding["code"] for finding in found} == {"REG002"}
    assert found[0]["message"] == "app:make can't make an application: RuntimeError: no queue."
    assert found[0]["places"][0]["line"] == 2


def test_what_is_no_application_is_refused(tmp_path, newest):
    """By its type, which says what was named instead."""
    files = {"pyproject.toml": '[tool.integrity.checks.routes]\napp = "app:routes"\n', "app.py": "routes = []\n"}
    found, _ = run_tests(write(tmp_path, files), newest)

    assert {finding["message"] for finding in found} == {
        "app:routes is no application of FastAPI, Starlette or Flask, but of type list."
    }
