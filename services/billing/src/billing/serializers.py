"""Subscriptions and invoices as JSON."""

from typing import ClassVar

from rest_framework import serializers

from billing.models import Invoice, Subscription


class SubscriptionSerializer(serializers.ModelSerializer):
    """What a caller may set is who, which plan, and in which currency."""

    class Meta:
        """``started_on`` and ``cancelled_on`` are the service's to say."""

        model = Subscription
        fields: ClassVar = ["id", "email", "plan", "currency", "started_on", "cancelled_on"]
        read_only_fields: ClassVar = ["started_on", "cancelled_on"]


class InvoiceSerializer(serializers.ModelSerializer):
    """Read only: invoices change by what is done to them."""

    class Meta:
        """``amount`` is in minor units of ``currency``."""

        model = Invoice
        fields: ClassVar = [
            "number",
            "subscription",
            "month",
            "state",
            "amount",
            "currency",
            "due_on",
        ]
        read_only_fields = fields
