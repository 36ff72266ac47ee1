"""Django's settings, from the environment. Importing them needs no running server."""

import dj_database_url
from celery.schedules import crontab
from contracts import TASK_QUEUES, QueueName, ServiceName
from ratelimits import drf_rates

from billing.environment import optional, required

SECRET_KEY = required("DJANGO_SECRET_KEY")
SERVICE_TOKEN = required("SERVICE_TOKEN")
DEBUG = optional("DJANGO_DEBUG", "false") == "true"
ALLOWED_HOSTS = optional("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
PAYMENT_DAYS = int(optional("BILLING_PAYMENT_DAYS", "14"))

INSTALLED_APPS = ["rest_framework", "billing.apps.BillingConfig"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "billing.urls"
WSGI_APPLICATION = "billing.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

DATABASES = {"default": dj_database_url.parse(required("DATABASE_URL"), conn_max_age=60, conn_health_checks=True)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": required("REDIS_URL"),
        "KEY_PREFIX": "billing",
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["billing.authentication.ServiceTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_THROTTLE_CLASSES": ["billing.throttling.MethodScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": drf_rates(ServiceName.BILLING),
    "EXCEPTION_HANDLER": "billing.problems.exception_handler",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}

CELERY_BROKER_URL = required("REDIS_URL")
CELERY_TASK_DEFAULT_QUEUE = QueueName.BILLING.value
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ROUTES = {task.value: {"queue": queue.value} for task, queue in TASK_QUEUES.items()}
CELERY_BEAT_SCHEDULE = {
    "issue-invoices": {
        "task": "billing.issue_invoices",
        "schedule": crontab(hour="2", minute="0"),
    },
    "mark-overdue": {
        "task": "billing.mark_overdue",
        "schedule": crontab(hour="3", minute="0"),
    },
}
