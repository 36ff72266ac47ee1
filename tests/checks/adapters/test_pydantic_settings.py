"""The variables of a settings class are the same by its source and as the class itself tells."""

from __future__ import annotations

import json
import subprocess

import pytest

from integrity.checks.env.collecting import reads_of
from integrity.checks.sources import Sources
from tests.checks.harness import REPOSITORY, write

SOURCE = """\
from typing import Annotated, ClassVar, List, Optional

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", extra="ignore")
    KIND: ClassVar[str] = "shop"
    token: SecretStr
    size: int = 1


class Settings(Base):
    size: int = Field(2, ge=1)
    names: List[str] = Field(default_factory=list)
    mode: Optional[str] = Field(alias="MODE", default=None)
    database: str = Field(validation_alias=AliasChoices("db", "DATABASE_URL"))
    note: Annotated[str, Field(description="x")] = ""
    _private: str = ""


class Exact(Base):
    model_config = {"case_sensitive": True, "env_prefix": "Own_"}
    Mixed: str = ""
"""
SHOW = """
import json, sys
sys.path[:0] = [{repository!r}, "."]
from integrity.checks.adapters.pydantic_settings import variables
from integrity.checks.unit import unit_around
unit = unit_around("shop.py")
print(json.dumps([variables(f"shop:{{name}}", unit) for name in ("Settings", "Exact")]))
"""


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_source_and_class_agree(tmp_path, request, version):
    """On prefixes, aliases, inherited and overridden fields, and on case."""
    write(tmp_path, {"shop.py": SOURCE})
    program = SHOW.format(repository=str(REPOSITORY))
    ended = subprocess.run(
        [request.getfixturevalue(version), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    settings, exact = json.loads(ended.stdout)

    found = reads_of(Sources(str(tmp_path), str(tmp_path)).modules)

    fold = {
        (read.name, *read.others) if not read.folds else tuple(map(str.upper, (read.name, *read.others)))
        for read in found.reads
    }
    assert fold == {tuple(names) for names in (*settings, *exact)}
    assert {("SHOP_TOKEN",), ("DB", "DATABASE_URL"), ("MODE",), ("Own_Mixed",), ("Own_token",)} <= fold


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_required_fields_are_those_that_pydantic_demands(tmp_path, request, version):
    """Under the names that it complains about."""
    write(tmp_path, {"shop.py": SOURCE})
    program = "import json, shop\ntry: shop.Settings()\nexcept ValueError as e: print(json.dumps([str(each['loc'][0]) for each in e.errors()]))"
    ended = subprocess.run(
        [request.getfixturevalue(version), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    found = reads_of(Sources(str(tmp_path), str(tmp_path)).modules)

    assert sorted(json.loads(ended.stdout)) == ["db", "token"]
    assert sorted(read.name for read in found.reads if read.is_required and not read.name.startswith("Own_")) == [
        "DB",
        "SHOP_TOKEN",
    ]
