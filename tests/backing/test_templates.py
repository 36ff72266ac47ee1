"""Templates of kinds and needs, filled."""

import pytest

from integrity.backing.server import Account, Endpoint, is_version
from integrity.backing.templates import connection_values, filled, ports_named
from integrity.errors import UnitFault

ENDPOINT = Endpoint(host="::1", port=5432, ports={15672: 40001})
ACCOUNT = Account(user="it@home", password="a/b:c", database="x y")
URL = "postgresql://{user}:{password}@{host}:{port}/{database}"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{url}", "postgresql://it%40home:a%2Fb%3Ac@[::1]:5432/x%20y"),
        ("{url:asyncpg}", "postgresql+asyncpg://it%40home:a%2Fb%3Ac@[::1]:5432/x%20y"),
        ("{host} {port} {user} {password} {database}", "::1 5432 it@home a/b:c x y"),
        ("http://{host}:{port:15672}", "http://::1:40001"),
        ("{prefix}-", "it_a-"),
    ],
)
def test_template_is_filled(template, text):
    """Parts of a URL are encoded, whatever stands alone is as it is; a driver goes into the scheme."""
    assert filled(template, connection_values(ENDPOINT, ACCOUNT, url=URL, prefix="it_a")) == text


def test_driver_takes_the_place_of_another():
    """A scheme has one driver."""
    values = connection_values(ENDPOINT, ACCOUNT, url="mysql+pymysql://{host}")

    assert filled("{url:aiomysql}", values) == "mysql+aiomysql://[::1]"


def test_further_ports_are_known_before_a_server_starts():
    """They have to be published with it."""
    assert ports_named(["{url}", "http://{host}:{port:9001}", "{port:15672}{port}"]) == (9001, 15672)


def test_port_that_the_server_does_not_have_is_a_fault_of_the_service():
    """An embedded server has none of a container's further ports; the unit is told, nothing crashes."""
    with pytest.raises(UnitFault, match="no port 9001"):
        filled("{port:9001}", connection_values(ENDPOINT, ACCOUNT, url=URL))


@pytest.mark.parametrize(
    ("real", "asked", "same"),
    [
        ("17.2", "17", True),
        ("17.2", "17.1", False),
        ("18.6", "17", False),
        ("9.1.2", "7", False),
        ("1.0", "", True),
        ("17", "latest", True),
    ],
)
def test_version_is_compared_as_far_as_it_was_asked_for(real, asked, same):
    """`postgres:17` is any 17, `postgres:17.1` only that; a tag without a number asks for none."""
    assert is_version(real, asked) == same
