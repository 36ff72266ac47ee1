"""What a library that reads the environment looks like in sources."""

from __future__ import annotations

from typing import Mapping, NamedTuple


class Library(NamedTuple):
    """How a library is asked.

    `constructors` make objects that are asked, `objects` are such objects; all by dotted name. `methods` of such an
    object ask too, and give a type ("" for any); `usual` are the names that some of them read where none is given.
    `default` and `cast` are the positions of these arguments; of a method that casts by itself, the default comes second.
    `prefix` is the argument of the constructor that stands before every name.
    """

    mark: bytes
    constructors: frozenset[str]
    objects: frozenset[str] = frozenset()
    methods: Mapping[str, str] = {}
    usual: Mapping[str, str] = {}
    default: int = 1
    cast: int = -1
    prefix: str = ""
