"""Recipes: how a unit gets a part of a server that others use too. Kinds name them by `tenant`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.tenants.mysql import MysqlRecipe
from integrity.backing.tenants.postgres import PostgresRecipe
from integrity.backing.tenants.rabbitmq import RabbitmqRecipe
from integrity.backing.tenants.redis import RedisRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.backing.tenants.recipe import Recipe

RECIPES: Mapping[str, Recipe] = {
    "postgres": PostgresRecipe(),
    "mysql": MysqlRecipe(),
    "rabbitmq": RabbitmqRecipe(),
    "redis": RedisRecipe(),
}
