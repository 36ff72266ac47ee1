"""The base classes, their documentation and their exports agree."""

import ast
import logging
from collections import Counter
from pathlib import Path

import pytest
import settings_kit
from contracts import ServiceName
from dotenv.parser import parse_stream
from pydantic_settings import BaseSettings
from settings_kit import Environment, LogLevel, Variable, bases, variables
from settings_kit.urls import SCHEMES

PACKAGE = Path(settings_kit.__file__).parent
UNIT = Path(__file__).parent
BASES = [
    value
    for name, value in vars(bases).items()
    if getattr(value, "__module__", "") == bases.__name__
    and issubclass(value, BaseSettings)
    and not name.startswith("_")
]
VARIABLES = [variable for base in BASES for variable in variables(base)]


def documented_variables() -> list[str]:
    """Return the names in ``.env.example`` as written, repeated ones included."""
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        bindings = list(parse_stream(stream))
    assert [binding.original.string for binding in bindings if binding.error] == []
    return [binding.key for binding in bindings if binding.key]


# --- variables


def test_each_variable_belongs_to_one_base() -> None:
    """A service that inherits two bases must not have one silently replace a field."""
    counts = Counter(variable.name for variable in VARIABLES)

    assert len(BASES) > 1
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_variable_is_described(variable: Variable) -> None:
    """Who deploys a service sees nothing else of a field."""
    assert variable.description.endswith("."), f"{variable.name} has no description"


def test_example_documents_what_is_read() -> None:
    """Each variable stands once in ``.env.example``, and nothing else does."""
    documented = documented_variables()

    assert documented
    assert sorted(documented) == sorted(variable.name for variable in VARIABLES)


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)
def test_example_satisfies_each_base(base: type[BaseSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    """The example values are of the right kind."""
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        for binding in parse_stream(stream):
            if binding.key:
                monkeypatch.setenv(binding.key, binding.value or "")

    loaded = settings_kit.load(base, ServiceName.BILLING)

    assert loaded.model_fields_set == set(base.model_fields)


# --- words


@pytest.mark.parametrize("enum", [Environment, LogLevel], ids=lambda enum: enum.__name__)
def test_word_has_one_name(enum: type[Environment] | type[LogLevel]) -> None:
    """Iteration hides an alias, so the members' mapping is what is examined."""
    assert len(enum.__members__) == len(list(enum)) > 0


def test_log_levels_are_those_of_logging() -> None:
    """Each level is one that ``logging.basicConfig`` accepts."""
    unknown = [level for level in LogLevel if level not in logging.getLevelNamesMapping()]

    assert unknown == []


def test_scheme_is_stated_once_and_settles() -> None:
    """No scheme is silently overwritten, and normalising twice changes nothing more."""
    tree = ast.parse((PACKAGE / "urls.py").read_text(encoding="utf-8"))
    written = [key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys]

    assert len(written) == len(SCHEMES) > 0
    assert [target for target in SCHEMES.values() if SCHEMES.get(target) != target] == []


# --- exports


def test_every_base_is_exported() -> None:
    """A base class that services cannot import from the package is of no use."""
    hidden = [base.__name__ for base in BASES if base.__name__ not in settings_kit.__all__]

    assert hidden == []
    assert len(settings_kit.__all__) == len(set(settings_kit.__all__))
