"""Flask as it really is: rules, blueprints, subdomains, and Werkzeug's choice."""

from __future__ import annotations

import pytest

from tests.checks.routes.reading import column, read

APP = """from flask import Blueprint, Flask
from flask.views import MethodView

shop = Blueprint("shop", __name__, url_prefix="/shop")
admin = Blueprint("admin", __name__, subdomain="admin")


@shop.get("/<name>")
def named(name):
    return name


@shop.get("/<int:number>")
def numbered(number):
    return str(number)


@shop.route("/new", methods=["GET", "POST", "OPTIONS"])
def new():
    return ""


@shop.get("/<any(red, green):colour>/<path:rest>/")
def coloured(colour, rest):
    return rest


@admin.get("/users")
def users():
    return ""


class Orders(MethodView):
    def get(self):
        return ""

    def delete(self):
        return ""


def create_app():
    app = Flask(__name__, static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.org"
    app.register_blueprint(shop)
    app.register_blueprint(admin)
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    return app
"""


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_rules_are_read_with_their_blueprints(tmp_path, request, version):
    """Methods that Flask adds by itself don't count; classes say themselves what they answer."""
    result = read(tmp_path, request.getfixturevalue(version), "app:create_app", {"app.py": APP})

    assert sorted(column(result, "route")) == [
        "DELETE,GET /orders",
        "GET /shop/<any(red, green):colour>/<path:rest>/",
        "GET /shop/<int:number>",
        "GET /shop/<name>",
        "GET admin/users",
        "GET,OPTIONS,POST /shop/new",
    ]
    assert {row["name"]: row["lines"] for row in result["rows"]} == {
        "shop.named": [8],
        "shop.numbered": [13],
        "shop.new": [18],
        "shop.coloured": [23],
        "admin.users": [28],
        "orders": [33],
    }


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_werkzeug_takes_the_most_exact_rule(tmp_path, request, version):
    """Whatever their order, so that nothing here is shadowed."""
    result = read(
        tmp_path,
        request.getfixturevalue(version),
        "app:create_app",
        {"app.py": APP},
        ("/shop/7", "/shop/seven", "/shop/new"),
    )

    assert result["shadowed"] == []
    assert all(row["witnesses"] for row in result["rows"])
    assert {winner is None for row in result["rows"] for _, _, winner in row["witnesses"]} == {False}
