"""Contracts' registries are complete and agree with each other; what holds for them is declared in pyproject.toml."""

import integrity

test_declared = integrity.declared_tests()


def test_operation_is_promised_once() -> None:
    """No two endpoints of a service share method and path."""
    endpoints = integrity.registry("endpoints").values()

    integrity.assert_unique([(each.service, each.method, each.path) for each in endpoints], name="operations")


def test_name_starts_with_the_owner() -> None:
    """An endpoint is named after its service, and a task after the service whose queue it is sent to."""
    integrity.registry("endpoints").check(
        lambda entry: entry.key.startswith(f"{entry.value.service}."), "is named after another service"
    )
    integrity.registry("task_queues").check(
        lambda entry: entry.key.startswith(f"{entry.value}."), "goes to another service"
    )


def test_event_concerns_somebody() -> None:
    """Every event can be delivered, because it says to whom."""
    integrity.registry("event_fields").check(lambda entry: "email" in entry.value, "has no email")
