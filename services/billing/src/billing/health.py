"""Whether the service can do its work, which is whether its database answers."""

import logging

from contracts import ErrorCode, problem
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error
from django.http import HttpRequest, JsonResponse
from django.views import View

logger = logging.getLogger(__name__)


class HealthView(View):
    """Asked every few seconds by whoever keeps the service running; needs no token."""

    def get(self, request: HttpRequest) -> JsonResponse:  # noqa: ARG002 - Django's
        """Answer 200 when the database does, else 503."""
        if not database_answers(connection):
            return JsonResponse(problem(ErrorCode.DATABASE_UNAVAILABLE), status=503)
        return JsonResponse({"status": "ok"})


def database_answers(database: BaseDatabaseWrapper) -> bool:
    """Tell whether a query gets its answer. Why it does not is logged, not told to callers."""
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Error:
        logger.warning("the database does not answer", exc_info=True)
        return False
