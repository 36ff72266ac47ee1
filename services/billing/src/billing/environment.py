"""The environment variables of the service. Nothing else here reads the environment."""

import os

from django.core.exceptions import ImproperlyConfigured


def required(name: str) -> str:
    """Return the variable's value; raise ImproperlyConfigured when it is unset or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; .env.example tells what it is for")
    return value


def optional(name: str, default: str) -> str:
    """Return the variable's value, or ``default`` when it is unset or empty."""
    return os.environ.get(name) or default
