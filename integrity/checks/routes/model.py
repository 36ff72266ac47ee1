"""The one form in which the routes of every framework are judged, be they read from sources or from a live application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

if TYPE_CHECKING:
    from integrity.checks.model import Place

Branches = tuple[tuple[int, int], ...]


class Witness(NamedTuple):
    """A concrete path of a route, asked by a method, and the position of the route that really takes it; None where none does."""

    method: str
    path: str
    winner: int | None


@dataclass(frozen=True)
class Route:
    """One route. `path` is the template as its framework writes it, `shape` the same without the names of parameters.

    `methods` are those that the framework matches by, without the ones that it implies; none means that all match.
    `answers` are those that the view answers. `endpoint` names what answers; `view`, where it is said, tells apart what
    has one name but other arguments. `name` is what the path is made from ("" for none of its own). `samples` are concrete paths; `pattern` is a regular expression for whole paths, "" where
    unknown; `is_hidden`: it was taken out of the schema; `branches` are the alternatives of the source in which it stands. Without `places` it is none of the unit's own.
    """

    path: str
    shape: str
    endpoint: str
    view: str = ""
    methods: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    name: str = ""
    host: str = ""
    operation: str = ""
    is_documented: bool = False
    is_hidden: bool = False
    places: tuple[Place, ...] = ()
    samples: tuple[str, ...] = ()
    pattern: str = ""
    branches: Branches = ()
    witnesses: tuple[Witness, ...] = ()
    meets: bool = True

    @property
    def label(self) -> str:
        """Method and path, as findings name it."""
        return " ".join(part for part in (",".join(self.methods), f"{self.host}{self.path}") if part)


@dataclass(frozen=True)
class Table:
    """The routes that are tried in turn; the first that matches takes the request, but in Flask the most exact one.

    `name` says whose they are. `has_aliases`: the same view may stand twice on one path, for the sake of another name.
    """

    name: str
    routes: tuple[Route, ...]
    has_aliases: bool = False
    notes: tuple[str, ...] = ()


class Live(NamedTuple):
    """A live application's table; `resolve` tells the position of the route that takes a method, host and path.

    `views` are the live endpoints, in the order of the routes.
    """

    table: Table
    resolve: Callable[[str, str, str], int | None]
    views: tuple[Any, ...]
