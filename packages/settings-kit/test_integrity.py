"""The base classes, their documentation and their exports agree; what holds for each registry is in pyproject.toml."""

import pytest
import settings_kit
from contracts import ServiceName
from pydantic_settings import BaseSettings
from settings_kit import PostgresSettings, RedisSettings, ServiceSettings, TokenSettings, variables

import integrity

BASES = [PostgresSettings, RedisSettings, ServiceSettings, TokenSettings]
VARIABLES = [variable for base in BASES for variable in variables(base)]

test_declared = integrity.declared_tests()


def test_each_variable_belongs_to_one_base() -> None:
    """A service that inherits two bases must not have one silently replace a field."""
    integrity.assert_unique([variable.name for variable in VARIABLES], name="variables")


def test_variables_are_described() -> None:
    """Who deploys a service sees nothing else of a field."""
    assert VARIABLES
    assert [variable.name for variable in VARIABLES if not variable.description.endswith(".")] == []


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)
def test_example_satisfies_each_base(base: type[BaseSettings]) -> None:
    """The values of ``.env.example``, which are set here, are of the right kind."""
    loaded = settings_kit.load(base, ServiceName.BILLING)

    assert loaded.model_fields_set == set(base.model_fields)


def test_scheme_settles() -> None:
    """Normalising a URL twice changes nothing more."""
    schemes = integrity.registry("schemes")

    schemes.check(lambda entry: schemes[entry.value] == entry.value, "is not settled after one step")
