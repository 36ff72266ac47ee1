"""Django REST framework as it really is: routers, actions, format suffixes, throttles."""

from __future__ import annotations

import pytest

from tests.checks.harness import run_tests, write
from tests.checks.routes.reading import column, read

VERSIONS = pytest.mark.parametrize("version", ["newest", "oldest"])
SETTINGS = """SECRET_KEY = "x"
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["rest_framework"]
USE_TZ = True
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "100/day", "uploads": "10/day", "user": None},
}
"""
VIEWS = """from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet


class Orders(ViewSet):
    def list(self, request):
        return Response()

    def retrieve(self, request, pk):
        return Response()

    @action(detail=True, methods=["post", "delete"])
    def cancel(self, request, pk):
        return Response()


class Upload(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "uploads"

    def put(self, request):
        return Response()


@api_view(["GET", "PATCH"])
def status(request):
    return Response()
"""
URLS = """from django.urls import include, path
from rest_framework.routers import DefaultRouter

from shop import views

router = DefaultRouter()
router.register("orders", views.Orders, basename="order")
urlpatterns = [
    path("api/", include(router.urls)),
    path("upload/", views.Upload.as_view(), name="upload"),
    path("status/", views.status, name="status"),
]
"""
FILES = {
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/views.py": VIEWS,
    "shop/urls.py": URLS,
}


@VERSIONS
def test_routers_are_read_with_their_actions(tmp_path, request, version):
    """Methods are those of the actions; routes stand at their viewset or at their path."""
    result = read(tmp_path, request.getfixturevalue(version), "shop.urls", FILES)

    plain = [row for row in result["rows"] if "format" not in row["route"]]
    assert [
        (row["endpoint"].removeprefix("shop.views."), row["answers"], row["lines"]) for row in plain if row["lines"]
    ] == [
        ("Orders (list)", ["GET"], [8]),
        ("Orders (retrieve)", ["GET"], [8]),
        ("Orders (cancel)", ["DELETE", "POST"], [8]),
        ("Upload", ["PUT"], [10]),
        ("status", ["GET", "PATCH"], [11]),
    ]
    assert result["shadowed"] == []
    assert set(column(result, "documented")) == {True}


@VERSIONS
def test_rates_meet_their_views(tmp_path, request, version):
    """Scopes of views, of their throttles and of the default throttles all count; a rate of None is one that is meant."""
    python = request.getfixturevalue(version)
    files = {**FILES, "pyproject.toml": "[tool.integrity.checks.rates]\n"}
    found, output = run_tests(write(tmp_path, files), python, DJANGO_SETTINGS_MODULE="shop.settings")

    assert found == [], output


@VERSIONS
def test_scope_of_a_default_throttle_needs_a_rate(tmp_path, request, version):
    """The throttle of the framework itself is told as its user, without a place."""
    settings = SETTINGS.replace('"anon": "100/day", ', "")
    files = {**FILES, "shop/settings.py": settings, "pyproject.toml": "[tool.integrity.checks.rates]\n"}
    found, output = run_tests(
        write(tmp_path, files), request.getfixturevalue(version), DJANGO_SETTINGS_MODULE="shop.settings"
    )

    assert {(finding["code"], finding["entry"]) for finding in found} == {("LIM104", "anon")}, output
    assert "rest_framework.throttling.AnonRateThrottle uses the scope 'anon'" in found[0]["message"]
