"""What a unit's code, its example file and its configuration say about its environment: the material of all judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, NamedTuple, Union

from integrity.checks.env.known import is_platform
from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.env.reads import Read, Reads
    from integrity.checks.sources.envfile import EnvFile, Setting


class Example(NamedTuple):
    """A file that documents variables."""

    path: str
    file: EnvFile

    def place(self, setting: Setting, role: str = "declared") -> Place:
        """Where a setting stands."""
        return Place(self.path, setting.line, None, role)


class Contract(NamedTuple):
    """One environment: what is read in it, documented for it and declared of it.

    `required` and `optional` are None where no configuration lists them; `listed` are the places of such names.
    `ignored` are outside variables. `used` are names that other files than code mention: compose files, scripts.
    """

    reads: Reads
    examples: tuple[Example, ...] = ()
    required: Union[tuple[str, ...], None] = None
    optional: Union[tuple[str, ...], None] = None
    listed: Mapping[str, Place] = {}
    ignored: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    types: Mapping[str, str] = {}
    is_declared: bool = False

    @property
    def has_lists(self) -> bool:
        """Whether the configuration lists variables."""
        return self.required is not None or self.optional is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the configuration lists."""
        return (*(self.required or ()), *(self.optional or ()))

    @property
    def documented(self) -> dict[str, tuple[Example, Setting]]:
        """The first line of each documented name; lines that are commented out count."""
        found: dict[str, tuple[Example, Setting]] = {}
        for example in self.examples:
            for setting in example.file.settings:
                found.setdefault(setting.name, (example, setting))
        return found

    def asked(self) -> dict[str, list[Read]]:
        """The reads that concern this contract, by name, in the order of their places; no outside variables."""
        found: dict[str, list[Read]] = {}
        for read in sorted(self.reads.reads, key=lambda read: read.place[:2]):
            if not self.is_outside(read.name):
                found.setdefault(read.name, []).append(read)
        return found

    def is_outside(self, name: str) -> bool:
        """Whether a name is none of the unit's business, unless it is listed or documented itself."""
        return name in self.ignored or (is_platform(name) and name not in self.names and name not in self.documented)

    def is_surely_required(self, name: str) -> bool:
        """Whether all code that reads the variable fails without it."""
        reads = [read for read in self.reads.reads if read.name == name]
        return bool(reads) and all(read.is_required for read in reads) and name not in self.reads.written
