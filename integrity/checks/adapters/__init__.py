"""Reads the live objects of frameworks in the unit's own env. Each framework is imported only here, inside functions, where the unit has it."""
