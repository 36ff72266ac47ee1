"""Every way in which code asks for a variable is understood, and what can't be known is said."""

from __future__ import annotations

import pytest

from integrity.checks.env.collecting import reads_of
from integrity.checks.sources import Sources
from tests.checks.harness import write


def reads(folder, files, *readers):
    sources = Sources(str(write(folder, files)), str(folder))
    return reads_of(sources.modules, readers)


def names(folder, source):
    return [read.name for read in reads(folder, {"shop.py": source}).reads]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A']",
        "import os\nos.environ.get('A')",
        "import os\nos.environ.get(key='A')",
        "import os\nos.getenv('A', None)",
        "import os as system\nsystem.environ['A']",
        "from os import environ\nenviron['A']",
        "from os import environ as e, getenv as g\ng('A')",
        "import os\nget = os.environ.get\nget('A')",
        "import os\nenv = os.environ\nenv['A']",
        "import os\nenv = os.environ\nenv.get('A')",
        "import os\nprint('A' in os.environ)",
        "import os\nprint('A' not in os.environ)",
        "import os\nNAME = 'A'\nos.environ[NAME]",
        "import os\ndef f():\n    def g():\n        return os.getenv('A')",
        "import os\nclass C:\n    x = os.environ['A']",
        "import os\nlambda: os.environ['A']",
        "import dj_database_url\ndj_database_url.config(env='A')",
        "import environ\nenv = environ.Env()\nenv('A')",
        "import environ\nenv = environ.Env()\nenv.list('A', default=[])",
        "import environ\nenv = environ.Env()\nenv.prefix = 'A'\nenv('')",
        "from environs import Env\nenv = Env()\nenv.str('A', 'x')",
        "from environs import env\nenv.int('A')",
        "import decouple\ndecouple.config('A')",
        "from decouple import Config, RepositoryEnv\nc = Config(RepositoryEnv('.env'))\nc('A')",
        "from decouple import config\nconfig.get('A')",
        "from starlette.config import Config\nc = Config()\nc.get('A', default=1)",
        "import click\n@click.option('--a', envvar='A')\ndef f(a): ...",
        "import typer\ndef f(a: str = typer.Option('', envvar=['A'])): ...",
    ],
)
def test_read_is_found(tmp_path, source):
    """By what the names stand for, not by how they are written."""
    assert names(tmp_path, source) == ["A"]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A'] = '1'",
        "import os\nos.environ.setdefault('A', '1')",
        "import os\ndel os.environ['A']",
        "import os\nos.environ.pop('A', None)",
        "import os\nenviron = {}\nenviron['A']",
        "class R:\n    environ = {}\nr = R()\nr.environ['A']",
        "def f(request):\n    return request.environ['A'], request.environ.get('A')",
        "config = {}\nconfig.get('A')  # decouple",
        "from shop.other import getenv\ngetenv('A')",
        "# os.environ['A']\ntext = \"os.environ['A']\"",
    ],
)
def test_what_is_no_read_is_none(tmp_path, source):
    """Writes, and other things of the same names."""
    assert names(tmp_path, source) == []


def test_writes_are_known(tmp_path):
    """What the code sets itself is no more required."""
    source = "import os\nos.environ['A'] = '1'\nos.environ.setdefault('B', '2')\nenv = os.environ\nenv['C'] = '3'\n"

    assert reads(tmp_path, {"shop.py": source}).written == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("source", "is_required"),
    [
        ("import os\nos.environ['A']", True),
        ("import os\nos.getenv('A')", False),
        ("import os\ntry:\n    os.environ['A']\nexcept KeyError:\n    pass", False),
        ("import os\nif 'A' in os.environ:\n    os.environ['A']", False),
        ("def f(name):\n    import os\n    if name in os.environ:\n        return os.environ[name]\nf('A')", False),
        ("def f(name):\n    import os\n    return os.environ[name]\nf('A')", True),
        (
            "def f(name):\n    import os\n    value = os.getenv(name)\n    if value is None:\n        raise KeyError\n    return value\nf('A')",
            True,
        ),
        (
            "def f(name, default=None):\n    import os\n    value = os.getenv(name, default)\n    if not value:\n        raise E\n    return value\nf('A', 1)",
            False,
        ),
        (
            "def f(name, default=''):\n    import os\n    value = os.getenv(name, default)\n    if value is None:\n        raise E\n    return value\nf('A')",
            False,
        ),
        (
            "def f(name):\n    import os\n    value = os.getenv(name)\n    if value == '!':\n        raise E\n    return value\nf('A')",
            False,
        ),
        ("import environ\nenv = environ.Env(A=(bool, False))\nenv('A')", False),
        ("import environ\nenv = environ.Env(A=bool)\nenv('A')", True),
        ("import environ\nenv = environ.Env()\nenv('A', bool)", True),
        ("from environs import Env\nenv = Env()\nenv('A', 'x')", False),
        ("from decouple import config\nconfig('A', '')", False),
        ("from starlette.config import Config\nc = Config()\nc('A', bool)", True),
    ],
)
def test_required_is_what_fails_without(tmp_path, source, is_required):
    """And nothing that some line catches, tests or gives a default."""
    found = reads(tmp_path, {"shop.py": source}).reads

    assert {read.name for read in found} == {"A"}
    assert all(read.is_required for read in found) is is_required


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("import os\nfor name in NAMES:\n    os.environ[name]", ""),
        ("import os\nos.environ[f'SHOP_{x}_URL']", "SHOP_"),
        ("import os\nos.getenv('SHOP_' + x)", "SHOP_"),
        ("import os\nos.environ.get(names[0])", ""),
        ("import os\ndef f(name):\n    name = 'X_' + name\n    return os.environ[name]\nf('A')", ""),
        ("from flask import Flask\napp = Flask('x')\napp.config.from_prefixed_env()", "FLASK_"),
        ("from flask import Flask\napp = Flask('x')\napp.config.from_prefixed_env('SHOP')", "SHOP_"),
        ("import shop\nshop.main(auto_envvar_prefix='SHOP')", "SHOP_"),
        ("from environs import Env\nenv = Env()\nwith env.prefixed('SHOP_'):\n    env('A')", "SHOP_"),
    ],
)
def test_name_that_is_made_as_it_runs_is_a_note(tmp_path, source, prefix):
    """With as much as is known of it; nothing is guessed."""
    found = reads(tmp_path, {"shop.py": source})

    assert found.reads == ()
    assert [each.prefix for each in found.opens] == [prefix]
    assert found.notes[0].startswith("shop.py:")
    assert found.is_whole is bool(prefix)


READER = "import os\n\ndef need(name):\n    return os.environ['SHOP_' + name]\n"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("shop/app.py", "from shop.env import need\nneed('A')"),
        ("shop/app.py", "from .env import need as wanted\nwanted('A')"),
        ("shop/app.py", "from shop import env\nenv.need('A')"),
        ("shop/app.py", "import shop.env\nshop.env.need('A')"),
        ("shop/app.py", "from shop.env import need\nneed(name='A')"),
        ("shop/app.py", "from shop.env import need\ndef must(key):\n    return need(key)\nmust('A')"),
        ("shop/app.py", "from shop.middle import need\nneed('A')"),
    ],
)
def test_calls_of_a_reader_are_reads(tmp_path, path, source):
    """Under its own name or another, through other modules, and with the prefix that it puts before."""
    middle = "from shop.env import need\n"
    files = {"shop/__init__.py": "", "shop/env.py": READER, "shop/middle.py": middle, path: source}

    assert [read.name for read in reads(tmp_path, files).reads] == ["SHOP_A"]


def test_other_function_of_the_name_is_no_reader(tmp_path):
    """Neither one of the module's own, nor one from elsewhere."""
    files = {
        "shop/__init__.py": "",
        "shop/env.py": READER,
        "shop/a.py": "def need(name):\n    return name\nneed('A')\n",
        "shop/b.py": "from vendor.things import need\nneed('B')\n",
    }

    assert reads(tmp_path, files).reads == ()


def test_method_is_a_reader(tmp_path):
    """By its own name, where that is not the name of everything."""
    source = "import os\nclass Config:\n    def fetch(self, name):\n        return os.environ[name]\n    def url(self):\n        return self.fetch('a')\nConfig().fetch('A_B')\nother.fetch('Some text')\n"

    assert sorted(read.name for read in reads(tmp_path, {"shop.py": source}).reads) == ["A_B", "a"]


def test_declared_reader_may_stand_anywhere(tmp_path):
    """Also outside of the unit."""
    files = {"shop.py": "from vendor.env import fetch\nfetch('A')\n"}

    assert [read.name for read in reads(tmp_path, files, "vendor.env:fetch").reads] == ["A"]


SETTINGS = "from typing import Annotated, ClassVar, Optional\nfrom pydantic import AliasChoices, Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\nclass S(BaseSettings{arguments}):\n{body}\n"


@pytest.mark.parametrize(
    ("arguments", "body", "expected"),
    [
        ("", "    a: str", [("A", True, ())]),
        ("", "    a: int = 1", [("A", False, ())]),
        ("", "    a: Optional[str]", [("A", True, ())]),
        ("", "    a: str = Field(...)", [("A", True, ())]),
        ("", "    a: str = Field('x')", [("A", False, ())]),
        ("", "    a: str = Field(default_factory=str)", [("A", False, ())]),
        ("", "    a: str = Field(alias='B')", [("B", True, ())]),
        ("", "    a: str = Field('', env=['B', 'C'])", [("B", False, ("C",))]),
        ("", "    a: str = Field(validation_alias=AliasChoices('B', 'c'))", [("B", True, ("c",))]),
        ("", "    a: Annotated[str, Field(alias='B')] = ''", [("B", False, ())]),
        ("", "    a: ClassVar[str] = 'x'\n    _b: str = ''\n    model_config = {}", []),
        ("", "    model_config = SettingsConfigDict(env_prefix='p_')\n    a: str", [("P_A", True, ())]),
        ("", "    model_config = {'env_prefix': 'P_'}\n    a: str", [("P_A", True, ())]),
        (", env_prefix='P_'", "    a: str", [("P_A", True, ())]),
        ("", "    class Config:\n        env_prefix = 'P_'\n    a: str", [("P_A", True, ())]),
        ("", "    model_config = {'case_sensitive': True}\n    a: str", [("a", True, ())]),
        ("", "    @property\n    def b(self) -> str:\n        c: str = ''\n        return c", []),
    ],
)
def test_field_is_a_variable(tmp_path, arguments, body, expected):
    """Under its prefix or its aliases, required or not."""
    found = reads(tmp_path, {"shop.py": SETTINGS.format(arguments=arguments, body=body)}).reads

    assert [(read.name, read.is_required, read.others) for read in found] == expected


def test_fields_are_inherited_with_the_prefix_of_the_class(tmp_path):
    """The base that nobody makes reads nothing by itself; an overriding field counts once."""
    source = "from pydantic_settings import BaseSettings\nclass B(BaseSettings):\n    a: str\n    b: str\nclass S(B):\n    model_config = {'env_prefix': 'P_'}\n    a: str = ''\n"

    found = reads(tmp_path, {"shop.py": source})

    assert sorted((read.name, read.is_required) for read in found.reads) == [("P_A", False), ("P_B", True)]
    assert found.is_whole


def test_base_that_is_made_reads_too(tmp_path):
    """It is used by itself."""
    source = (
        "from pydantic_settings import BaseSettings\nclass B(BaseSettings):\n    a: str\nclass S(B):\n    b: str\nB()\n"
    )

    assert sorted({read.name for read in reads(tmp_path, {"shop.py": source}).reads}) == ["A", "B"]


def test_unknown_base_leaves_the_names_open(tmp_path):
    """Its fields and prefix can't be known."""
    source = "from pydantic_settings import BaseSettings\nfrom vendor import Mixin\nclass S(Mixin, BaseSettings):\n    a: str\n"

    assert not reads(tmp_path, {"shop.py": source}).is_whole


def test_classes_that_inherit_each_other_are_no_trouble(tmp_path):
    """What can't run can be read."""
    source = "from pydantic_settings import BaseSettings\nclass A(B):\n    a: str\nclass B(A):\n    b: str\n"

    assert reads(tmp_path, {"shop.py": source}).reads == ()


def test_modules_that_do_not_parse_are_passed_over(tmp_path):
    """Others are read."""
    (tmp_path / "latin.py").write_bytes(b"import os\nos.environ['\xe9']\n")
    files = {"broken.py": "import os\nos.environ['B'\n", "shop.py": "import os\nos.environ['A']\n"}

    assert [read.name for read in reads(tmp_path, files).reads] == ["A"]


def test_ten_thousand_reads_are_found_in_a_moment(tmp_path):
    """Calls of a reader among them."""
    lines = [f"need('A_{number}')" for number in range(10_000)]

    found = reads(tmp_path, {"shop.py": READER + "\n".join(lines)})

    assert len(found.reads) == 10_000
