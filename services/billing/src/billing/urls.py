"""The routes; they have no trailing slash."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from billing.health import HealthView
from billing.views import InvoiceViewSet, SubscriptionViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("subscriptions", SubscriptionViewSet)
router.register("invoices", InvoiceViewSet)

urlpatterns = [
    path("health", HealthView.as_view(), name="health"),
    path("", include(router.urls)),
]
