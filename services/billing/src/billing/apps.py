"""The Django application."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Subscriptions and invoices."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the Celery application the current one, so that the web process can send tasks."""
        from billing.celery import app  # noqa: PLC0415 - the apps must be loaded first

        app.set_current()
