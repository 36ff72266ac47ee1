"""The tables as of the first release."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Subscriptions, and at most one invoice of each for a month."""

    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "plan",
                    models.CharField(
                        choices=[("free", "Free"), ("team", "Team"), ("business", "Business")],
                        max_length=20,
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[
                            ("EUR", "Euro"),
                            ("GBP", "Pound sterling"),
                            ("JPY", "Japanese yen"),
                            ("USD", "US dollar"),
                        ],
                        max_length=3,
                    ),
                ),
                ("started_on", models.DateField()),
                ("cancelled_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("month", models.DateField(help_text="First day of the month that is paid for.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("issued", "Issued"),
                            ("overdue", "Overdue"),
                            ("paid", "Paid"),
                            ("void", "Void"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("amount", models.PositiveIntegerField()),
                (
                    "currency",
                    models.CharField(
                        choices=[
                            ("EUR", "Euro"),
                            ("GBP", "Pound sterling"),
                            ("JPY", "Japanese yen"),
                            ("USD", "US dollar"),
                        ],
                        max_length=3,
                    ),
                ),
                ("due_on", models.DateField()),
                (
                    "subscription",
                    models.ForeignKey(on_delete=models.PROTECT, related_name="invoices", to="billing.subscription"),
                ),
            ],
            options={
                "ordering": ["-month", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "month"), name="billing_one_invoice_a_month")
                ],
            },
        ),
    ]
