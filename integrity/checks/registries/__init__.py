"""Checks of registries: what a unit declares in `[tool.integrity.registries]`, and literals that need no declaration."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.model import CannotExamine, Examined, Finding, NotHere
from integrity.checks.registries.alike import case_collisions, confusables, has_texts, normalised_collisions
from integrity.checks.registries.copies import hand_copies, literals_beside
from integrity.checks.registries.coverage import RELATIONS, coverage, related
from integrity.checks.registries.declared import Registries, Registry
from integrity.checks.registries.duplicates import duplicate_keys, duplicate_values, silent_overrides
from integrity.checks.registries.fields import Rules, bad_fields, comparisons, relations
from integrity.checks.registries.limits import warning_days
from integrity.checks.registries.literals import literal_cases
from integrity.checks.registries.members import membership, unregistered
from integrity.checks.registries.mismatch import both_views, mismatches
from integrity.checks.registries.references import are_static, bad_references, referring
from integrity.checks.registries.spoiling import with_entries
from integrity.checks.registries.upkeep import Dated, expired, order, owners

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.registries.view import View

_WARNING_DAYS = 14


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of registries (see `case`)."""
    if declared is None:
        yield from literal_cases(unit)
        return
    for registry in Registries(unit, declared):
        yield from _cases(registry)


def _cases(registry: Registry) -> Iterator[Case]:
    subject = f"registry:{registry.name}"
    if not _may_be_empty(registry):
        yield _viewed(registry, _empty(registry))
    if registry.wanted == "both" and registry.shows_writing:
        yield Case(subject, mismatches(registry.name), both_views(registry), is_static=False)
    yield from _duplicate_cases(registry)
    yield from _alike_cases(registry)
    yield from _related_cases(registry)
    yield from _field_cases(registry)
    if "members" in registry.options:
        yield Case(
            subject, unregistered(registry.name), membership(registry), registry.chosen(takes_names=True).is_static
        )
    if registry.options.get("no-copies"):
        yield Case(subject, hand_copies(registry.name), literals_beside(registry), registry.chosen().is_static)


def _duplicate_cases(registry: Registry) -> Iterator[Case]:
    check = duplicate_keys(registry.name, registry.ignores("allow-aliases", registry.options.get("allow-aliases", ())))
    if registry.shows_writing:
        may_be_empty = _may_be_empty(registry) and not registry.has_written
        yield Case(_subject(registry), check, registry.as_written, may_be_empty=may_be_empty)
    else:
        may_be_empty = _may_be_empty(registry)
        yield Case(_subject(registry), check, registry.as_made, is_static=False, may_be_empty=may_be_empty)
    if "unique" in registry.options:
        yield _viewed(registry, duplicate_values(registry.name, registry.options["unique"]), needs_values=True)
    elif registry.has_labels:
        yield _viewed(registry, duplicate_values(registry.name, ["label"], "warning"))
    if "overrides" in registry.options:
        yield Case(
            _subject(registry), silent_overrides(registry.name, registry.options["overrides"]), registry.as_written
        )


def _related_cases(registry: Registry) -> Iterator[Case]:
    for code, names in RELATIONS.items():
        wanted = [related(registry, name) for name in names if name in registry.options]
        if wanted:

            def load(wanted: list[Any] = wanted) -> Any:
                return tuple(each.load() for each in wanted)

            yield Case(_subject(registry), coverage(registry.name, code), load, all(each.is_static for each in wanted))


def _field_cases(registry: Registry) -> Iterator[Case]:
    options, name = registry.options, registry.name
    if "required" in options or "fields" in options:
        rules = Rules(tuple(options.get("required", ())), options.get("fields"))
        yield _viewed(registry, bad_fields(name, rules), needs_values=True)
    if "relations" in options:
        chosen = registry.chosen(needs_values=True)

        def load() -> View:
            comparisons(name, options["relations"])
            return chosen.load()

        check = relations(name, options["relations"])
        yield Case(_subject(registry), check, load, chosen.is_static, _may_be_empty(registry))
    if "references" in options:
        is_static = are_static(registry)
        load_references = referring(registry, is_static=is_static)
        yield Case(_subject(registry), bad_references(name), load_references, is_static, _may_be_empty(registry))
    if "order" in options:
        yield _viewed(registry, order(name, options["order"]), needs_values=options["order"].lstrip("-") != "key")
    if "expires" in options:
        yield _dated(registry)
    if "owner" in options:
        yield _viewed(registry, owners(name, options["owner"]), needs_values=True)


def _dated(registry: Registry) -> Case:
    chosen = registry.chosen(needs_values=True)
    days = registry.options.get("expires-warning-days", _WARNING_DAYS)

    def load() -> Dated:
        warning_days(registry.name, days)
        return Dated(chosen.load(), datetime.now(timezone.utc).date())

    return Case(_subject(registry), expired(registry.name, registry.options["expires"], days), load, chosen.is_static)


def _alike_cases(registry: Registry) -> Iterator[Case]:
    """The checks that compare texts; where sources show that no key is one, there are none."""
    chosen = registry.chosen()

    def load() -> View:
        view = chosen.load()
        if view.written and not has_texts(view):
            raise NotHere(f"no key of {registry.name} is a text, so none can look like another")
        return view

    try:
        is_needed = not chosen.is_static or has_texts(chosen.load())
    except CannotExamine:
        is_needed = True
    if is_needed:
        for check in (case_collisions(registry.name), normalised_collisions(registry.name), confusables(registry.name)):
            yield Case(_subject(registry), check, load, chosen.is_static, _may_be_empty(registry))


def _viewed(registry: Registry, check: Check, *, needs_values: bool = False) -> Case:
    chosen = registry.chosen(needs_values=needs_values)
    load: Callable[[], View] = chosen.load
    return Case(_subject(registry), check, load, chosen.is_static, _may_be_empty(registry))


def _may_be_empty(registry: Registry) -> bool:
    return bool(registry.options.get("allow-empty"))


def _subject(registry: Registry) -> str:
    return f"registry:{registry.name}"


def _empty(registry: Registry) -> Check:
    """The check that there is something; loading says why there isn't."""

    def judge(view: View) -> Examined:
        nothing = Finding("REG001", registry.name, f"{registry.name} has no entries.", registry=registry.name)
        return Examined(len(view.written), () if view.written else (nothing,))

    def spoiled(view: View) -> Iterator[View]:
        yield with_entries(view, ())

    return Check("REG001", judge, spoiled)
