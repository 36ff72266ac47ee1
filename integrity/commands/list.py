"""`integrity list`: units, edges, where each came from, and what was passed over and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.model.unit import Kind
from integrity.planning.graph import graph_of

if TYPE_CHECKING:
    from integrity.model.unit import Edge, Monorepo, PassedOver, Unit

SCHEMA = "integrity.list/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All that discovery found, for people and for programs."""

    units: tuple[Unit, ...]
    edges: tuple[Edge, ...]
    passed_over: tuple[PassedOver, ...]

    def text(self) -> str:
        """For people: a line a unit, its edges indented below it, then what was passed over, then the sums. No control character."""
        below: dict[str, list[str]] = {unit.path: [] for unit in self.units}
        for edge in self.edges:
            below[edge.source].append(_edge_line(edge))
        widths = [
            max((len(_shown(column)) for column in columns), default=0)
            for columns in zip(*map(_columns, self.units), strict=True)
        ]
        lines: list[str] = []
        for unit in self.units:
            lines += [_unit_line(unit, widths), *below[unit.path]]
        if self.passed_over:
            lines += [
                "",
                "Passed over:",
                *(f"  {_shown(passed.path)}: {_shown(passed.reason)}" for passed in self.passed_over),
            ]
        return "\n".join([*lines, "", self._sums()])

    def as_json(self) -> dict[str, Any]:
        """For programs: schema `integrity.list/1`."""
        return {
            "schema": SCHEMA,
            "units": [_unit_json(unit) for unit in self.units],
            "edges": [_edge_json(edge) for edge in self.edges],
            "passed_over": [{"path": passed.path, "reason": passed.reason} for passed in self.passed_over],
        }

    def _sums(self) -> str:
        services = sum(unit.kind is Kind.SERVICE for unit in self.units)
        problems = sum(unit.problem is not None for unit in self.units)
        counted = [
            _count(len(self.units), "unit"),
            _count(services, "service"),
            _count(len(self.units) - services, "package"),
            _count(len(self.edges), "edge"),
        ]
        return ", ".join([*counted, *([f"{problems} with a problem"] if problems else [])])


def run(monorepo: Monorepo) -> Listing:
    """List what discovery found."""
    return Listing(units=monorepo.units, edges=graph_of(monorepo.units).edges, passed_over=monorepo.passed_over)


def _columns(unit: Unit) -> tuple[str, str, str, str]:
    return unit.path, unit.name, unit.kind.value, unit.manifest.value


def _unit_line(unit: Unit, widths: list[int]) -> str:
    padded = [_shown(column).ljust(width) for column, width in zip(_columns(unit), widths, strict=True)]
    line = "  ".join([*padded, _shown(unit.requires_python or "")]).rstrip()
    return line if unit.problem is None else f"{line}\n  ! {_shown(unit.problem.message)}"


def _edge_line(edge: Edge) -> str:
    extras = f"[{','.join(edge.target_extras)}]" if edge.target_extras else ""
    condition = (
        f", extra {edge.extra}" if edge.extra is not None else f", group {edge.group}" if edge.group is not None else ""
    )
    return _shown(f"  → {edge.target}{extras}{condition} ({edge.place})")


def _unit_json(unit: Unit) -> dict[str, Any]:
    return {
        "path": unit.path,
        "name": unit.name,
        "kind": unit.kind.value,
        "manifest": unit.manifest.value,
        "manifest_path": unit.manifest_path,
        "requires_python": unit.requires_python,
        "workspace": unit.workspace,
        "problem": None
        if unit.problem is None
        else {"kind": unit.problem.kind.value, "message": unit.problem.message, "hint": unit.problem.hint},
    }


def _edge_json(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "via": edge.via,
        "extra": edge.extra,
        "group": edge.group,
        "target_extras": list(edge.target_extras),
        "place": {"path": edge.place.path, "line": edge.place.line},
    }


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _shown(text: str) -> str:
    """Names come from manifests and folders: what could steer a terminal is spelled out."""
    return (
        text
        if text.isprintable()
        else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    )
