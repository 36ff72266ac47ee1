"""Fields of models as sources write them: what is read, and what is left alone because it isn't sure."""

from __future__ import annotations

import time

import pytest

from integrity.checks.model import Entry
from integrity.checks.models import cases
from integrity.checks.models.model_field import Fields, ModelField, judge_fields
from integrity.checks.models.schema import Named, judge_tables
from integrity.checks.unit import unit_around
from tests.checks import harness

HEAD = "from django.db import models\n\n\n"


def found_in(folder, files, declared=None):
    harness.write(folder, {"pyproject.toml": "", **files})
    unit = unit_around(str(folder / "pyproject.toml"))
    return [
        (case.check.code, finding.entry)
        for case in cases(unit, declared)
        if case.is_static
        for finding in case.check.judge(case.load()).findings
    ]


def model(*lines, before=""):
    return HEAD + before + "class Order(models.Model):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    "source",
    [
        model("kind = models.CharField(max_length=1, choices=KINDS, default='x')", before="from other import KINDS\n"),
        model("kind = models.CharField(max_length=1, choices=make(), default='x')"),
        model("kind = models.CharField(max_length=1, choices=[(k, k) for k in 'ab'], default='x')"),
        model("kind = models.CharField(max_length=1, choices=[('a', 'A'), *MORE], default='x')"),
        model("kind = models.CharField(max_length=1, choices=[('a', 'A')] + MORE, default='x')"),
        model(
            "kind = models.CharField(max_length=LENGTH, choices=[('abc', 'A')])", before="import x\nLENGTH = x.LENGTH\n"
        ),
        model("kind = models.CharField(max_length=3, choices=[('abc', 'A')], default='')"),
        model("kind = models.CharField(max_length=3, choices=[('abc', 'A')], default=None, null=True)"),
        model(
            "kind = models.CharField(max_length=3, choices=[('abc', 'A')], default=chosen)",
            before="def chosen(): ...\n",
        ),
        model("kind = models.IntegerField(max_length=1, choices=[(10, 'A')], default='10')"),
        model(
            "kind = MultiField(max_length=1, choices=[('abc', 'A')], default='x')",
            before="from other import MultiField\n",
        ),
        model("K = [('a', 'A')]", "K = [('b', 'B')]", "kind = models.CharField(max_length=1, choices=K, default='x')"),
        model(
            "kind = models.CharField(max_length=1, choices=Kind.choices, default='x')", before="class Kind(Base): ...\n"
        ),
        model("kind = models.CharField(max_length=1, choices=[('a', 'A', 'third')], default='x')"),
        "def choices(: Field(\n",
    ],
)
def test_what_is_not_sure_is_left_alone(tmp_path, source):
    """Imported from elsewhere, computed, bound twice, another library's field, an empty default: no finding."""
    assert found_in(tmp_path, {"models.py": source}) == []


@pytest.mark.parametrize(
    ("source", "entry"),
    [
        (model("kind = models.CharField(max_length=9, choices=(('a', 'A'),), default='x')"), "default"),
        (
            model(
                "kind = models.CharField(max_length=9, choices=KINDS, default='x')",
                before="KINDS = {'g': {'a': 'A'}}\n",
            ),
            "default",
        ),
        (model("kind = models.CharField('kind', 'kind', max_length=2, choices=[('abc', 'A')])"), "width"),
        (
            model(
                "class K(models.TextChoices):",
                "    A = 'abc', 'Abc'",
                "kind = models.CharField(max_length=2, choices=K.choices)",
            ),
            "width",
        ),
        (model("kind = models.IntegerField(choices=[(1, 'A'), (-1, 'B')], default=-2)"), "default"),
        (model("kind = models.BooleanField(choices=[(True, 'A')], default=False)"), "default"),
    ],
)
def test_what_is_written_out_is_judged(tmp_path, source, entry):
    """Tuples, mappings with groups, nested enumerations, numbers below zero, booleans."""
    assert found_in(tmp_path, {"models.py": source}) == [("MIG104", f"models.Order.kind {entry}")]


def test_choices_of_another_class_are_followed(tmp_path):
    """`choices=Order.KINDS` in another module, by a relative import that a package re-exports."""
    files = {
        "shop/__init__.py": "from .orders import Order\n",
        "shop/orders.py": model("KINDS = [('a', 'A')]"),
        "shop/offers.py": HEAD + "from . import Order\n\n\nclass Offer(models.Model):\n"
        "    kind = models.CharField(max_length=3, choices=Order.KINDS, default='x')\n",
    }

    assert found_in(tmp_path, files) == [("MIG104", "shop.offers.Offer.kind default")]


def test_serializer_may_accept_fewer(tmp_path):
    """Fewer choices than the model's, another source, and a plain serializer are no finding; one more is."""
    serializers = (
        "from rest_framework import serializers\nfrom models import Order\n\n\nclass S(serializers.ModelSerializer):\n"
        "    kind = serializers.ChoiceField(choices=[('a', 'A')])\n"
        "    other = serializers.ChoiceField(choices=[('z', 'Z')], source='kind')\n"
        "    more = serializers.ChoiceField(choices=[('a', 'A'), ('z', 'Z')])\n"
        "    class Meta:\n        model = Order\n"
    )
    fields = [f"{name} = models.CharField(max_length=3, choices=[('a', 'A'), ('b', 'B')])" for name in ("kind", "more")]

    found = found_in(tmp_path, {"models.py": model(*fields), "serializers.py": serializers}, {})

    assert found == [("MIG107", "serializers.S.more 'z'")]


def test_hundred_thousand_choices_are_judged_in_a_second():
    """The time grows with the number of choices, not with its square; values may be unhashable."""
    choices = tuple([number] for number in range(100_000))
    field = ModelField("shop.Order.kind", choices, ([99_999],), None, finds_doubles=True)
    tables = Named(tuple(Entry(f"table{number}", f"Model{number}") for number in range(100_000)))
    began = time.perf_counter()

    assert judge_fields(Fields((field,))).findings == ()
    assert judge_fields(Fields((field._replace(choices=(*choices, [5])),))).findings[0].entry == "shop.Order.kind [5]"
    assert judge_tables(tables).findings == ()

    assert time.perf_counter() - began < 3


def test_default_whose_comparison_fails_is_told_apart():
    """A value that can't be compared is not among the choices, and breaks nothing."""

    class Odd:
        def __eq__(self, other):
            raise RuntimeError

        def __hash__(self):
            return 1

    field = ModelField("shop.Order.kind", ("a",), (Odd(),))

    assert [finding.code for finding in judge_fields(Fields((field,))).findings] == ["MIG104"]
