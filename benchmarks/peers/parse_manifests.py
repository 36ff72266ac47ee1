"""Parses the manifest of every unit of the monorepo in the current folder: the floor under `integrity list`."""

import tomllib
from pathlib import Path

for manifest in Path().glob("*/*/pyproject.toml"):
    with manifest.open("rb") as file:
        tomllib.load(file)
