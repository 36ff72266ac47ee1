"""What is read of django-environ and decouple by source is what they ask the environment for as they run."""

from __future__ import annotations

import json
import subprocess

import pytest

from integrity.checks.adapters.environ import DJANGO_ENVIRON
from integrity.checks.env.collecting import reads_of
from integrity.checks.sources import Sources
from tests.checks.harness import write

ENVIRON = """\
import environ

env = environ.Env(SHOP_DEBUG=(bool, False), SHOP_SIZE=int)
{prefix}


def attempt(read):
    try:
        read()
    except environ.ImproperlyConfigured:
        pass


env("SHOP_DEBUG")
attempt(lambda: env("SHOP_SIZE"))
env("SHOP_A", default="x")
env("SHOP_B", int, 1)
attempt(lambda: env("SHOP_C", cast=int))
env.str("SHOP_D", "x")
env.bool("SHOP_E", False)
env.int("SHOP_F", default=1)
env.float("SHOP_G", 1.0)
env.json("SHOP_H", default=None)
env.list("SHOP_I", default=[])
env.tuple("SHOP_J", int, ())
env.dict("SHOP_K", default=dict)
env.url("SHOP_L", default="http://a")
env.path("SHOP_M", "x")
attempt(lambda: env.bytes("SHOP_N"))
attempt(lambda: env.db())
env.db_url("SHOP_DB", default="sqlite:///x")
env.cache(default="locmemcache://")
env.email_url(default="smtp://")
attempt(lambda: env.search_url())
env.get_value("SHOP_O", default=1)
"""
PREFIXED = ENVIRON.format(prefix='env.prefix = "X_"').replace('env("SHOP_DEBUG")', 'attempt(lambda: env("SHOP_DEBUG"))')
DECOUPLE = """\
from decouple import AutoConfig, Config, RepositoryEmpty, UndefinedValueError, config

own = Config(RepositoryEmpty())
found = AutoConfig("nowhere")


def attempt(read):
    try:
        read()
    except UndefinedValueError:
        pass


config("SHOP_A", default="x")
config("SHOP_B", 1, int)
attempt(lambda: config("SHOP_C"))
own("SHOP_D", "x")
own.get("SHOP_E", default=False, cast=bool)
attempt(lambda: found("SHOP_F", cast=int))
"""
SPY = """
import collections.abc, json, os, runpy, sys

asked = {}


class Spy(collections.abc.MutableMapping):
    def __init__(self, real):
        self.real = real

    def __getitem__(self, name):
        asked[name] = True
        return self.real[name]

    def __contains__(self, name):
        asked[name] = True
        return name in self.real

    def __setitem__(self, name, value):
        self.real[name] = value

    def __delitem__(self, name):
        del self.real[name]

    def __iter__(self):
        return iter(self.real)

    def __len__(self):
        return len(self.real)


try:
    import environ
except ImportError:
    environ = None
import decouple

os.environ = Spy(os.environ)
if environ is not None:
    environ.Env.ENVIRON = os.environ
asked.clear()
runpy.run_path("shop.py")
print(json.dumps(sorted(name for name in asked if name.isupper() and not name.startswith("PYTHON"))))
"""


@pytest.fixture(params=["newest", "oldest"])
def python(request):
    """The interpreter of an env with the newest and of one with the oldest versions."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    "source",
    [ENVIRON.format(prefix=""), PREFIXED, DECOUPLE],
    ids=["environ", "prefixed", "decouple"],
)
def test_names_are_those_that_the_library_asks_for(tmp_path, python, source):
    """All of them, and no other."""
    write(tmp_path, {"shop.py": source})
    ended = subprocess.run([python, "-c", SPY], cwd=tmp_path, capture_output=True, text=True, check=True)

    found = reads_of(Sources(str(tmp_path), str(tmp_path)).modules)

    assert sorted({read.name for read in found.reads}) == json.loads(ended.stdout)
    assert found.is_whole


@pytest.mark.parametrize("source", [ENVIRON.format(prefix=""), DECOUPLE], ids=["environ", "decouple"])
def test_required_is_what_the_library_fails_without(tmp_path, source):
    """These are the reads that are attempted."""
    write(tmp_path, {"shop.py": source})
    attempts = [number for number, line in enumerate(source.splitlines(), 1) if line.startswith("attempt(")]

    found = reads_of(Sources(str(tmp_path), str(tmp_path)).modules)

    assert sorted(read.place.line for read in found.reads if read.is_required) == attempts


def test_methods_are_those_of_the_library(newest):
    """Each that is known of django-environ is there, or is one of environs' alone."""
    program = "import environ, json; print(json.dumps([name for name in dir(environ.Env) if not name.startswith('_')]))"
    there = json.loads(subprocess.run([newest, "-c", program], capture_output=True, text=True, check=True).stdout)

    assert set(DJANGO_ENVIRON.methods) - set(there) == {
        "unicode",
        "decimal",
        "log_level",
        "date",
        "datetime",
        "time",
        "timedelta",
        "uuid",
        "enum",
    }
    assert {name for name in there if name.endswith("_url") or name in {"db", "cache", "email", "channels"}} <= set(
        DJANGO_ENVIRON.methods
    )
