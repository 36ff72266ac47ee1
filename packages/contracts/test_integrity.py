"""The registries of contracts are complete and agree with each other: most of it is declared in pyproject.toml."""

import integrity

test_declared = integrity.declared_tests()
endpoints = integrity.registry("endpoints")
