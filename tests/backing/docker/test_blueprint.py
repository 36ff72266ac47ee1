"""What a container is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from integrity.backing.docker.addresses import Address
from integrity.backing.docker.blueprint import Plan, admin_of, container_name
from integrity.backing.docker.images import Image
from integrity.backing.server import Site
from integrity.model.need import Kind, Ready, ReadyBy
from integrity.system.owner import Owner, this_process
from tests.backing.docker.specs import HTTP, spec_of

SITE = Site(run_id="r1", root=Path("/root"), cache=Path("/c"), logs=Path("/l"), mark="", host={})
HERE = Address(bind="127.0.0.1", connect="127.0.0.1")
KAFKA = Kind(
    name="kafka",
    image="kafka:4",
    port=9092,
    ready=Ready(by=ReadyBy.TCP),
    url="{host}:{port}",
    environment={"ADVERTISED": "PLAINTEXT://{host}:{port}", "ADMIN": "{port:8080}", "URL": "{url}"},
    variables={"ADMIN_URL": "http://{host}:{port:8080}"},
)


def blueprint(spec, *, ports=(), volumes=(), site=SITE, free=()):
    image = Image(reference=spec.image, digest="sha256:x", volumes=tuple(volumes), ports=frozenset(ports))
    plan = Plan(spec=spec, site=site, image=image, admin=admin_of(spec), name="n", addresses=(HERE,))
    numbers = iter(free)
    return plan.blueprint(lambda: next(numbers))


@pytest.mark.parametrize(
    ("kind", "user", "database", "has_password"),
    [
        ("postgres", "integrity", "integrity", True),
        ("mysql", "root", "", True),
        ("mariadb", "root", "", True),
        ("rabbitmq", "integrity", "/", True),
        ("redis", "", "0", False),
        ("nats", "", "", False),
    ],
)
def test_admin_is_the_one_that_the_image_makes(kind, user, database, has_password):
    """Each kind's first account and database, with a password only where the kind has one."""
    admin = admin_of(spec_of(kind))

    assert (admin.user, admin.database, bool(admin.password)) == (user, database, has_password)


def test_passwords_are_new_each_time():
    """No two servers have the same password."""
    spec = spec_of("postgres")

    assert admin_of(spec).password != admin_of(spec).password


def test_environment_is_filled_and_the_needs_own_wins():
    """Templates are filled with the admin's account; a need adds to and replaces what its kind says."""
    spec = spec_of("postgres", environment={"POSTGRES_INITDB_ARGS": "--data-checksums", "TZ": "UTC"})

    made = blueprint(spec).environment

    assert made["POSTGRES_USER"] == "integrity"
    assert len(made["POSTGRES_PASSWORD"]) > 20
    assert (made["POSTGRES_INITDB_ARGS"], made["TZ"]) == ("--data-checksums", "UTC")


def test_only_wanted_ports_are_published():
    """The kind's port first, that of its readiness, those of its templates, and RabbitMQ's management where the image has it."""
    ready = replace(HTTP.ready, port=8081)

    assert blueprint(spec_of(replace(HTTP, ready=ready)), ports=(9, 8080)).ports == (8080, 8081)
    assert blueprint(spec_of("rabbitmq"), ports=(4369, 5672, 15672)).ports == (5672, 15672)
    assert blueprint(spec_of("rabbitmq"), ports=(4369, 5672)).ports == (5672,)


def test_server_that_must_know_its_address_is_told_it():
    """A kind whose settings name its host and port gets ports that are chosen before it starts."""
    made = blueprint(spec_of(KAFKA), free=(41000, 42000))

    assert made.pinned == {9092: 41000, 8080: 42000}
    assert made.environment == {
        "ADVERTISED": "PLAINTEXT://127.0.0.1:41000",
        "ADMIN": "42000",
        "URL": "127.0.0.1:41000",
    }


def test_labels_say_whose_it_is():
    """The run, the owner that a sweep can look for, the root, and whether it was kept on purpose."""
    labels = blueprint(spec_of("redis")).labels
    kept = blueprint(spec_of("redis"), site=replace(SITE, keep=True)).labels

    assert labels["integrity.run"] == "r1"
    assert labels["integrity.root"] == "/root"
    assert labels["integrity.service"] == "redis"
    assert Owner.from_labels(labels) == this_process()
    assert "integrity.kept" not in labels
    assert kept["integrity.kept"] == "true"


def test_name_is_one_that_engines_take():
    """Whatever a root calls its own kind."""
    assert container_name("r1", 3, "my kind/é") == "integrity-r1-3-my-kind-"
