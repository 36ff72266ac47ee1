"""The HTTP endpoints. Which there are is promised to the other services in ``contracts``."""

from contracts import EventType
from django.db import transaction
from django.utils import timezone
from ratelimits import Scope
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from billing.choices import InvoiceState
from billing.models import Invoice, Subscription
from billing.serializers import InvoiceSerializer, SubscriptionSerializer


class SubscriptionViewSet(
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet,
):
    """Start, read and cancel subscriptions."""

    queryset = Subscription.objects.all()
    serializer_class = SubscriptionSerializer
    lookup_url_kwarg = "id"
    lookup_value_converter = "int"
    read_scope = Scope.BILLING_READ.value
    write_scope = Scope.BILLING_WRITE.value

    def perform_create(self, serializer: BaseSerializer) -> None:
        """Start the subscription today, and tell of it."""
        with transaction.atomic():
            subscription = serializer.save(started_on=timezone.now().date())
            subscription.tell(EventType.SUBSCRIPTION_STARTED)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_: object) -> Response:  # noqa: ARG002 - a route's
        """Cancel today; a subscription that is cancelled already stays as it is."""
        with transaction.atomic():
            subscription = self.get_object()
            if subscription.cancelled_on is None:
                subscription.cancelled_on = timezone.now().date()
                subscription.save()
                subscription.tell(EventType.SUBSCRIPTION_CANCELLED)
        return Response(self.get_serializer(subscription).data)


class InvoiceViewSet(viewsets.ReadOnlyModelViewSet):
    """Read invoices, and say that one is paid or void."""

    queryset = Invoice.objects.all()
    serializer_class = InvoiceSerializer
    lookup_field = "number"
    read_scope = Scope.BILLING_READ.value
    write_scope = Scope.BILLING_WRITE.value

    @action(detail=True, methods=["post"])
    def pay(self, request: Request, **_: object) -> Response:  # noqa: ARG002 - a route's
        """Record the payment."""
        return self._moved_to(InvoiceState.PAID)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, **_: object) -> Response:  # noqa: ARG002 - a route's
        """Declare the invoice void."""
        return self._moved_to(InvoiceState.VOID)

    def _moved_to(self, state: InvoiceState) -> Response:
        invoice = self.get_object()
        invoice.move_to(state)
        return Response(self.get_serializer(invoice).data)
