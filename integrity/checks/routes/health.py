"""Health checks that cannot fail (RTE111): commands whose status is thrown away, views that answer the same whatever happens."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Iterator, Sequence

from integrity.checks.model import Examined, Finding, Place
from integrity.checks.routes.commands import Command, commands_of
from integrity.checks.routes.expressions import last_name

if TYPE_CHECKING:
    from integrity.checks.routes.source import SourceRoutes
    from integrity.checks.routes.statements import Function
    from integrity.checks.sources import Module, Sources

_HEALTH = re.compile(r"health|readiness|liveness|readyz|livez", re.IGNORECASE)
_SIGNS = (b"ealth", b"eadiness", b"iveness", b"eadyz", b"ivez")
_ALWAYS = r"(exit\s+0|(/bin/)?true|:|echo\b[^&|;]*)"
_END = r"[\s\"'\]},)]*$"
_THROWN_AWAY = re.compile(rf"(\|\||;)\s*{_ALWAYS}{_END}")
_NEVER_ASKS = re.compile(
    rf"(CMD|CMD-SHELL|test:)[\s\[\"',-]*(CMD(-SHELL)?[\s\"',-]*)?(exit\s+0|(/bin/)?true|:|echo\b[^&|;]*){_END}"
)
_SETTINGS = re.compile(
    r"\b(interval|timeout|retries|start_period|start_interval|disable|\w+Seconds|\w+Threshold)\s*:\s*\S+"
)
_NAMED = re.compile(
    r"(check_|get_|is_)?(health|healthy|healthz|readyz|livez|readiness|liveness)(_?check|_?view|_?probe)?",
    re.IGNORECASE,
)
_CATCHES_ALL = {"Exception", "BaseException"}


@dataclass(frozen=True)
class View:
    """A health view; `swallowed` is the handler that makes it answer the same when its check fails."""

    name: str
    place: Place
    swallowed: Place | None


@dataclass(frozen=True)
class HealthChecks:
    """What tells others whether the unit is well."""

    commands: tuple[Command, ...]
    views: tuple[View, ...]


def health_checks(sources: Sources, routes: SourceRoutes) -> HealthChecks:
    """The commands of the unit's container files, and its views that have health in their name, class or path."""
    views = {view.place: view for view in (*_named_views(sources), *_routed_views(routes))}
    return HealthChecks(tuple(commands_of(sources)), tuple(views.values()))


def unfailing(checks: HealthChecks) -> Examined:
    """Health checks that cannot fail (RTE111)."""
    findings = [*map(_command_finding, filter(_cannot_fail, checks.commands)), *_view_findings(checks.views)]
    return Examined(len(checks.commands) + len(checks.views), tuple(findings))


def softened(checks: HealthChecks) -> Iterator[HealthChecks]:
    """Copies in which a command's status is thrown away, or a view's error swallowed."""
    for index, command in enumerate(checks.commands):
        if not _cannot_fail(command):
            soft = command._replace(text="HEALTHCHECK CMD spoiled || exit 0")
            yield replace(checks, commands=(*checks.commands[:index], soft, *checks.commands[index + 1 :]))
    for index, view in enumerate(checks.views):
        if view.swallowed is None:
            spoiled = replace(view, swallowed=view.place)
            yield replace(checks, views=(*checks.views[:index], spoiled, *checks.views[index + 1 :]))


def _cannot_fail(command: Command) -> bool:
    text = _SETTINGS.sub("", command.text)
    return _THROWN_AWAY.search(text) is not None or _NEVER_ASKS.search(text) is not None


def _command_finding(command: Command) -> Finding:
    entry = f"{command.place.path} {' '.join(command.text.split())[:80]}"
    message = "This health check ends with success whatever it found, so a container that is ill is called healthy."
    return Finding(
        "RTE111",
        entry,
        message,
        "Let the check's own status through: end with || exit 1, or with nothing.",
        (command.place,),
    )


def _view_findings(views: Sequence[View]) -> Iterator[Finding]:
    for view in views:
        if view.swallowed is not None:
            message = f"{view.name} gives the same answer when what it tries raises, so it cannot tell that anything is wrong."
            hint = "Answer 503 there, or let the error through."
            yield Finding("RTE111", view.name, message, hint, (view.place, view.swallowed._replace(role="reference")))


def _named_views(sources: Sources) -> Iterator[View]:
    for module in sources.modules:
        if not module.is_test and any(sign in module.content for sign in _SIGNS):
            for function in module.functions:
                if _NAMED.fullmatch(function.name):
                    yield _view(module, function, function.name)
            for owner in module.classes:
                methods = owner.body if _HEALTH.search(owner.name) else []
                for method in methods:
                    if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name in {"get", "head"}:
                        yield _view(module, method, f"{owner.name}.{method.name}")


def _routed_views(routes: SourceRoutes) -> Iterator[View]:
    for module, registered in routes.registered:
        if registered.function is not None and _HEALTH.search(registered.route.path):
            yield _view(module, registered.function, registered.function.name)


def _view(module: Module, function: Function, name: str) -> View:
    handler = _swallowing(function)
    return View(f"{module.name}.{name}", module.place(function), module.place(handler) if handler is not None else None)


def _swallowing(function: Function) -> ast.ExceptHandler | None:
    """The handler for everything that makes the function answer the same, whether what it tries works or not."""
    body = _unwrapped(function.body)
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    for position, statement in enumerate(body):
        if isinstance(statement, ast.Try) and not statement.finalbody and _tries(statement):
            after = _answer(body[position + 1 :], own)
            well = _answer([*_unwrapped(statement.body), *statement.orelse], own) or after
            for handler in statement.handlers:
                if (
                    _catches_all(handler)
                    and _is_quiet(handler)
                    and well
                    and (_answer(handler.body, own) or after) == well
                ):
                    return handler
    return None


def _unwrapped(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function, or of the one `with` that it consists of."""
    plain = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    only = plain[0] if len(plain) == 1 else None
    return _unwrapped(only.body) if isinstance(only, (ast.With, ast.AsyncWith)) else plain


def _tries(statement: ast.Try) -> bool:
    plain = [each for each in statement.body if not isinstance(each, ast.Return)]
    return any(isinstance(node, (ast.Call, ast.Await)) for each in plain for node in ast.walk(each))


def _answer(body: Sequence[ast.stmt], own: set[str]) -> str | None:
    """What a block returns in the end, as text; None where that depends on the function's own names, or on conditions."""
    if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        return None
    if any(isinstance(node, (ast.Return, ast.Raise, ast.If)) for each in body[:-1] for node in ast.walk(each)):
        return None
    value = body[-1].value
    depends = any(isinstance(node, ast.Name) and node.id in own for node in ast.walk(value))
    is_nothing = isinstance(value, ast.Constant) and not value.value
    return None if depends or is_nothing else ast.dump(value)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(each is None or last_name(each) in _CATCHES_ALL for each in caught)


def _is_quiet(handler: ast.ExceptHandler) -> bool:
    """Whether the handler neither raises, nor decides, nor keeps anything."""
    kept = (ast.Raise, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.Delete)
    return not any(
        isinstance(node, kept) or last_name(node) in {"exit", "_exit", "abort"}
        for each in handler.body
        for node in ast.walk(each)
    )
