"""The service's settings, with what the tests use instead of servers."""

import os

os.environ |= {
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "redis://unused.invalid",
    "DJANGO_SECRET_KEY": "placeholder",
    "SERVICE_TOKEN": "placeholder",
}

from billing.settings import *  # noqa: F403

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
