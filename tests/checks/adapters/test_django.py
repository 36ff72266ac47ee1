"""Django's URLconfs as they really are: includes, namespaces, regular expressions, converters, languages."""

from __future__ import annotations

import pytest

from tests.checks.harness import run_tests, write
from tests.checks.routes.reading import column, read

VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])
SETTINGS = 'SECRET_KEY = "x"\nROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = []\nUSE_TZ = True\nLANGUAGE_CODE = "en"\n'
VIEWS = """from django.http import HttpResponse
from django.views import View


def page(request, **found):
    return HttpResponse()


class Order(View):
    def get(self, request, **found):
        return HttpResponse()

    def post(self, request, **found):
        return HttpResponse()
"""
URLS = """from functools import partial

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from shop import views

as_view = views.Order.as_view
nested = [path("<slug:slug>/", views.Order.as_view(), name="order")]
urlpatterns = [
    path("orders/", include((nested, "orders"))),
    path("archive/", include("shop.archive", namespace="old")),
    re_path(r"^(?P<year>[0-9]{4})/", include([re_path(r"^(?P<month>\\d{2})/$", views.page, name="month")])),
    path("part/", partial(views.page, part=True), name="part"),
    *i18n_patterns(path("about/", views.page, name="about")),
    path("lambda/", lambda request: None),
    path("imported/", as_view(), name="imported"),
    path("<path:rest>", views.page, {"page": "rest"}, name="rest"),
]
"""
ARCHIVE = """from django.urls import path

from shop import views

app_name = "archive"
urlpatterns = [path("", views.page, name="all"), path("<uuid:key>/<int:number>/", views.page, name="one")]
"""
FILES = {
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/views.py": VIEWS,
    "shop/urls.py": URLS,
    "shop/archive.py": ARCHIVE,
}


@VERSIONS
def test_urlconf_is_read_with_all_that_it_includes(tmp_path, request, version):
    """Prefixes, namespaces and languages are part of paths and names; each stands where it is written."""
    result = read(tmp_path, request.getfixturevalue(version), "shop.urls", FILES)

    assert [(row["route"], row["name"], row["lines"]) for row in result["rows"]] == [
        ("* /orders/<slug:slug>/", "orders:order", [9]),
        ("* /archive/", "old:all", [6]),
        ("* /archive/<uuid:key>/<int:number>/", "old:one", [6]),
        ("* /<year>/<month>/", "month", [13]),
        ("* /part/", "part", [14]),
        ("* /en/about/", "about", [15]),
        ("* /lambda/", "", [16]),
        ("* /imported/", "imported", [9]),
        ("* /<path:rest>", "rest", [18]),
    ]
    assert column(result, "answers")[0] == ["GET", "POST"]


@VERSIONS
def test_every_pattern_resolves_to_itself(tmp_path, request, version):
    """Converters, regular expressions and languages all get concrete paths."""
    result = read(tmp_path, request.getfixturevalue(version), "shop.urls", FILES, ("/2024/01/", "/en/about/", "/else"))

    assert [
        (row["route"], witness)
        for position, row in enumerate(result["rows"])
        for witness in row["witnesses"]
        if witness[2] != position
    ] == []
    assert all(row["witnesses"] for row in result["rows"])
    assert result["asked"] == ["* /<year>/<month>/", "* /en/about/", "* /<path:rest>"]


@VERSIONS
def test_urlconf_that_does_not_load_is_told(tmp_path, request, version):
    """With the original error and its place."""
    files = {
        **FILES,
        "pyproject.toml": "[tool.integrity.checks.routes]\n",
        "shop/archive.py": "import nothing_like_it\n",
    }
    found, output = run_tests(
        write(tmp_path, files), request.getfixturevalue(version), DJANGO_SETTINGS_MODULE="shop.settings"
    )

    assert {finding["code"] for finding in found} == {"REG002"}, output
    assert "ModuleNotFoundError: No module named 'nothing_like_it'" in found[0]["message"]
    assert found[0]["places"][0]["path"] == "shop/archive.py"


def test_declared_routes_without_an_application_are_an_error(tmp_path, newest):
    """Nothing to examine is never green."""
    found, _ = run_tests(write(tmp_path, {"pyproject.toml": "[tool.integrity.checks.routes]\n"}), newest)

    assert {(finding["code"], finding["hint"]) for finding in found} == {
        ("VAC005", 'Say app = "….app:app", or set DJANGO_SETTINGS_MODULE.')
    }
