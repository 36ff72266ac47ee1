"""Monorepos whose units need servers; at the end of each test nothing of its runs may be left."""

from __future__ import annotations

import pytest

from tests.e2e.serviced import Serviced


@pytest.fixture(scope="session")
def warm_store(tmp_path_factory):
    """Layers and templates of databases that runs of several tests share."""
    store = tmp_path_factory.mktemp("store")
    for name in ("layers", "servers"):
        (store / name).mkdir()
    return store


@pytest.fixture
def serviced_at(warm_store):
    """Makes a monorepo in a folder; its store is `warm`, has no templates of databases (`cold`), or is `empty`."""
    made = []

    def make(folder, *, engine=None, state="warm"):
        store = folder / ".integrity"
        store.mkdir(parents=True)
        for name in {"warm": ("layers", "servers"), "cold": ("layers",), "empty": ()}[state]:
            (store / name).symlink_to(warm_store / name)
        made.append(Serviced(folder, engine))
        return made[-1]

    yield make
    for each in made:
        each.end()
    for each in made:
        each.wait_until_gone()


@pytest.fixture
def serviced(serviced_at, tmp_path):
    """A monorepo; with `--services embedded` it needs no engine."""
    return serviced_at(tmp_path / "repo")


@pytest.fixture
def contained(serviced_at, tmp_path, engine):
    """A monorepo whose runs use the engine."""
    return serviced_at(tmp_path / "repo", engine=engine)
