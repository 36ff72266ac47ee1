"""The routes that sources have."""

from __future__ import annotations

import pytest

from integrity.checks.routes import judges
from integrity.checks.routes.source import source_routes
from integrity.checks.unit import unit_around
from tests.checks.harness import examined, write


def tables(folder, text, path="app.py"):
    write(folder, {"pyproject.toml": "", path: text})
    return source_routes(unit_around(str(folder / "pyproject.toml")).sources).tables


def labels(found):
    return [(each.name, [route.label for route in each.routes]) for each in found]


SILENT = {
    "alternatives": """
from fastapi import FastAPI
app = FastAPI()
if DEBUG:
    @app.get("/x")
    def one(): ...
else:
    @app.get("/x")
    def two(): ...
try:
    import fast
    @app.get("/y")
    def three(): ...
except ImportError:
    @app.get("/y")
    def four(): ...
""",
    "override before": """
from flask import Flask
app = Flask(__name__)
if DEBUG:
    @app.get("/x")
    def one(): ...
@app.get("/x")
def two(): ...
""",
    "another object of the same name": """
from flask import Blueprint
bp = Blueprint("a", __name__)
@bp.get("/x")
def one(): ...
bp = Blueprint("b", __name__)
@bp.get("/x")
def two(): ...
""",
    "another function's object": """
from fastapi import FastAPI
def first(app: FastAPI):
    @app.get("/x")
    def one(): ...
def second(app: FastAPI):
    @app.get("/x")
    def two(): ...
""",
    "a loop over routers": """
from fastapi import APIRouter
router = APIRouter()
for router in (a, b):
    @router.get("/x")
    def one(): ...
    @router.get("/x")
    def two(): ...
""",
    "computed paths and methods": """
from fastapi import APIRouter
router = APIRouter()
@router.get(f"/{kind}")
def one(): ...
@router.get(f"/{kind}")
def two(): ...
@router.api_route("/x", methods=METHODS)
def three(): ...
@router.get("/x")
def four(): ...
""",
    "versions by decorator": """
from fastapi import FastAPI
from fastapi_versioning import version
app = FastAPI()
@app.get("/x")
@version(1)
def one(): ...
@app.get("/x")
@version(2)
def two(): ...
""",
    "a client": """
import fastapi
client = fastapi.testclient.TestClient(app)
client.get("/x")
client.get("/x")
@client.get("/x")
def one(): ...
@client.get("/x")
def two(): ...
""",
    "subdomains": """
from flask import Flask
app = Flask(__name__)
@app.route("/x", subdomain="a")
def one(): ...
@app.route("/x", subdomain="b")
def two(): ...
""",
    "a class that says itself what it answers": """
from flask import Flask
app = Flask(__name__)
app.add_url_rule("/x", view_func=One.as_view("one"))
app.add_url_rule("/x", view_func=Two.as_view("two"))
""",
    "int converters": """
from fastapi import APIRouter
router = APIRouter()
@router.get("/{number:int}")
def one(): ...
@router.get("/me")
def two(): ...
@router.get("/{word:custom}")
def three(): ...
@router.post("/you")
def four(): ...
""",
    "includes and aliases": """
from django.urls import include, path
from . import views
urlpatterns = [
    path("x/", views.page, name="new"),
    path("x/", views.page, name="old"),
    path("y/", include("a")),
    path("y/", include("b")),
    path("z/", admin.site.urls),
    path("z/", router.urls),
]
""",
    "other things called path": """
from pathlib import Path as path
parts = [path("x", "y"), path("x", "z")]
django = "urls"
""",
}


@pytest.mark.parametrize("name", SILENT)
def test_what_may_be_meant_is_silent(tmp_path, name):
    """Without a declaration only what is sure is told."""
    write(tmp_path, {"pyproject.toml": "", "shop/__init__.py": "", "shop/urls.py": SILENT[name]})

    assert [finding for finding in examined(tmp_path) if finding.code.startswith("RTE")] == []


def test_routes_of_one_object_make_one_table(tmp_path):
    """Methods, functions and classes around don't matter; names of parameters and HEAD neither."""
    found = tables(
        tmp_path,
        """
from fastapi import FastAPI
app = FastAPI()
class Views:
    @app.get("/a/{x}")
    def one(self): ...
with context():
    app.add_api_route(path="/b", endpoint=one, methods=["get", "HEAD"])
    @app.websocket("/c")
    async def two(socket): ...
app.post("/d")(one)
""",
    )

    assert labels(found) == [("app:app", ["GET /a/{x}", "GET,HEAD /b", "WEBSOCKET /c", "POST /d"])]
    assert [route.endpoint for route in found[0].routes] == ["Views.one", "one", "two", "one"]


def test_finally_and_with_are_always_reached(tmp_path):
    """Their routes are told, unlike those under conditions."""
    found = tables(
        tmp_path,
        """
from flask import Flask
app = Flask(__name__)
try:
    pass
finally:
    @app.get("/x")
    def one(): ...
with context():
    @app.get("/x")
    def two(): ...
""",
    )

    assert [finding.entry for finding in judges.duplicates(found).findings] == ["GET /x"]


@pytest.mark.parametrize("content", [b"from flask import Flask\n@app.get(\n", b"\xff\xfe@app.get('/x')", b"x = '\x00'"])
def test_files_that_do_not_parse_are_passed_over(tmp_path, content):
    """Another check tells of them."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_bytes(content)

    assert source_routes(unit_around(str(tmp_path / "pyproject.toml")).sources).tables == ()


def test_tests_are_passed_over(tmp_path):
    """Their applications are made for what they test."""
    text = 'from flask import Flask\napp = Flask(__name__)\n@app.get("/x")\ndef one(): ...\n@app.get("/x")\ndef two(): ...\n'

    assert tables(tmp_path, text, "tests/test_app.py") == ()
    assert len(tables(tmp_path, text)) == 1
