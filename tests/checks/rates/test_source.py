"""The rates that sources write out."""

from __future__ import annotations

import pytest

from integrity.checks.rates.source import source_rates
from integrity.checks.unit import unit_around
from tests.checks.harness import write

RATES = 'REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"a": "1/min"%s}}\n'
VIEW = "class View(APIView):\n    throttle_scope = 'b'\n"
THROTTLE = (
    "from rest_framework.throttling import UserRateThrottle\n\n\nclass Burst(UserRateThrottle):\n    scope = 'b'\n"
)


def rates(folder, **files):
    texts = {f"{name}.py": text for name, text in files.items()}
    sources = unit_around(str(write(folder, {"pyproject.toml": "", **texts}) / "pyproject.toml")).sources
    return source_rates(sources)


def test_scopes_are_compared_with_the_one_literal(tmp_path):
    """Where it is the only place that gives rates."""
    found = rates(tmp_path, settings=RATES % "", views=VIEW, throttles=THROTTLE)

    assert [(each.name, each.rate) for each in found.rated] == [("a", "1/min")]
    assert sorted((use.scope, use.user) for use in found.uses) == [("b", "throttles.Burst"), ("b", "views.View")]


@pytest.mark.parametrize(
    "more",
    [
        {"local": 'REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["b"] = "2/min"\n'},
        {"local": RATES % ""},
        {"settings": RATES % ", **MORE"},
        {"settings": RATES % ", NAME: '1/min'"},
        {"settings": 'REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": rates()}\n'},
    ],
)
def test_scopes_are_left_alone_where_rates_may_come_from_elsewhere(tmp_path, more):
    """Another literal, an assignment, a computed key."""
    assert rates(tmp_path, **{"settings": RATES % "", "views": VIEW, **more}).uses == ()


@pytest.mark.parametrize(
    "more", ["    rate = '1/min'\n", "    THROTTLE_RATES = {}\n", "    def get_rate(self):\n        return '1/min'\n"]
)
def test_throttle_with_a_rate_of_its_own_needs_none(tmp_path, more):
    """However it comes to it."""
    assert rates(tmp_path, settings=RATES % "", throttles=THROTTLE + more).uses == ()


SILENT = {
    "a query": 'rows = session.query(User).limit("10")\n',
    "a setting": "@limiter.limit(settings.RATE)\ndef view(): ...\n",
    "another task": '@task(rate_limit="10/minute")\ndef one(): ...\n',
    "a computed rate": 'import celery\n@celery.shared_task(rate_limit=f"{N}/m")\ndef one(): ...\n',
    "a decorator of one's own": 'from shop.limits import ratelimit\n@ratelimit(rate="often")\ndef view(): ...\n',
    "a function": 'from ratelimit.decorators import ratelimit\n@ratelimit(rate="shop.rates.of_user")\ndef view(): ...\n',
    "another limiter": 'from shop import Limiter\nlimiter = Limiter(default_limits=["often"])\n',
    "a file that doesn't parse": 'import celery\n@task(rate_limit="often"\n',
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_no_rate_is_left_alone(tmp_path, name):
    """Or what can't be told from the source."""
    assert rates(tmp_path, app=SILENT[name]).rated == ()


def test_limits_that_are_told_apart_do_not_stack(tmp_path):
    """A limit for some methods or callers holds beside another."""
    text = (
        "from app import limiter\n"
        '@limiter.limit("100/minute", methods=["POST"])\n@limiter.limit("10/hour")\ndef one(): ...\n'
        '@limiter.limit("100/minute")\n@limiter.limit("10/hour")\ndef two(): ...\n'
    )

    assert [stack.name for stack in rates(tmp_path, views=text).stacks] == ["views.two"]
