"""`assert_routes` in plain tests."""

from __future__ import annotations

import pytest

from integrity.checks.asserts.routes import assert_routes
from tests.checks.harness import run_tests, write

APP = """from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int):
    return number


@app.get("/orders/{key}")
def second(key: str):
    return key


@app.get("/orders/latest")
def latest():
    return None
"""
TESTS = """import integrity
import pytest
from app import app
from integrity.checks.asserts import IntegrityError


def test_all_is_told_at_once():
    with pytest.raises(IntegrityError) as caught:
        integrity.assert_routes(app)
    assert sorted((finding.code, finding.entry) for finding in caught.value.findings) == [
        ("RTE101", "GET /orders/{key}"),
        ("RTE102", "GET /orders/latest"),
    ]


def test_each_can_be_left_out():
    for given, code in (({"unshadowed": False}, "RTE101"), ({"unique": False}, "RTE102")):
        with pytest.raises(IntegrityError) as caught:
            integrity.assert_routes(app, **given)
        assert {finding.code for finding in caught.value.findings} == {code}


@pytest.mark.parametrize("lost", [app.openapi()["paths"], app.openapi(), app.routes])
def test_what_may_have_lost_routes_is_refused(lost):
    with pytest.raises(TypeError, match="Pass the application itself"):
        integrity.assert_routes(lost)
"""


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_real_application_is_examined(tmp_path, request, version):
    """In both versions, whatever is wrong is told; mappings and lists of routes are refused."""
    write(tmp_path, {"pyproject.toml": "", "app.py": APP, "test_integrity.py": TESTS})
    found, output = run_tests(tmp_path, request.getfixturevalue(version))

    assert found == [], output
    assert "5 passed" in output


@pytest.mark.parametrize("given", [{}, [], None, 3, "", {"/a": "view"}])
def test_what_is_no_application_is_refused(given):
    """Without any framework too."""
    with pytest.raises(TypeError, match="Pass the application itself, or the name of a URLconf"):
        assert_routes(given)


def test_demanding_nothing_is_refused():
    """It could not fail."""
    with pytest.raises(TypeError, match="demands nothing"):
        assert_routes("shop.urls", unique=False, unshadowed=False)
