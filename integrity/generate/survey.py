"""What can be known of a unit from its files alone: frameworks, settings, applications, env files, registries. Nothing is imported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.checks.env.loading import declared_contract
from integrity.checks.env.running import required_names
from integrity.checks.model import CannotExamine
from integrity.generate.collections import Collection, is_importable, likely_registries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from integrity.checks.case import Unit as Subject
    from integrity.checks.sources import Module, Sources
    from integrity.model.unit import Unit

FRAMEWORKS = {"django": "Django", "fastapi": "FastAPI", "flask": "Flask", "celery": "Celery"}
EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", ".env.tpl")
_APPLICATIONS = {"FastAPI": "fastapi", "Flask": "flask", "Celery": "celery"}
_OF_TESTS = ("test", "tests", "testing", "dev")
_MAIN = frozenset(
    {"api", "app", "application", "asgi", "celery", "celery_app", "celeryconf", "main", "server", "worker", "wsgi"}
)
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One unit. `settings` is the dotted name of Django's settings; `applications` gives the target of each framework's application.

    `example` is the file that documents the environment, relative to the unit, `required` what the code fails without;
    `scripts` are those that the manifest declares. `groups` or `extras` bring what the unit's configuration of pytest needs.
    """

    unit: Unit
    frameworks: tuple[str, ...] = ()
    settings: str = ""
    applications: Mapping[str, str]
    example: str = ""
    required: tuple[str, ...] = ()
    exports: bool = False
    scripts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    registries: tuple[Collection, ...] = ()


def survey_of(unit: Unit, subject: Subject) -> Survey:
    """Look through a unit's files; `subject` is it as the check library has it."""
    sources = subject.sources
    example = next((name for name in EXAMPLES if sources.from_unit(name) in sources.files), "")
    modules = [module for module in sources.modules if not module.is_test]
    applications = dict(_applications(modules, sources))
    settings = next(filter(None, map(_settings_module, modules)), "")
    declared = {dependency.name for dependency in unit.dependencies if dependency.group is None}
    named = {framework for framework in FRAMEWORKS if framework in declared} | applications.keys()
    return Survey(
        unit=unit,
        frameworks=tuple(
            framework for framework in FRAMEWORKS if framework in named or (framework == "django" and settings)
        ),
        settings=settings,
        applications=applications,
        example=example,
        required=_required(subject, example) if example else (),
        exports=any("__all__" in map(_assigned_name, _body(module)) for module in modules),
        scripts=_scripts(unit),
        **(_brought_by(unit) if _configures_pytest(unit, sources) else {}),
        registries=likely_registries(sources),
    )


def _applications(modules: Iterable[Module], sources: Sources) -> Iterator[tuple[str, str]]:
    """The first module-level `app = FastAPI(…)` of each framework, in files that are named as the main one usually is."""
    seen = set[str]()
    for module in sorted(modules, key=lambda each: each.name.count(".")):
        is_main = module.name.rpartition(".")[2] in _MAIN or "." not in module.name
        if (
            not is_main
            or not is_importable(module, sources)
            or not any(name.encode() in module.content for name in _APPLICATIONS)
        ):
            continue
        for statement in _body(module):
            name = _assigned_name(statement)
            value = getattr(statement, "value", None)
            called = module.dotted(value.func) if isinstance(value, ast.Call) else ""
            framework = _APPLICATIONS.get(called.rpartition(".")[2], "")
            if (
                name
                and framework
                and framework not in seen
                and called.startswith(framework)
                and is_importable(module, sources)
            ):
                seen.add(framework)
                yield framework, f"{module.name}:{name}"


def _settings_module(module: Module) -> str:
    """What `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "…")` says."""
    if b"DJANGO_SETTINGS_MODULE" not in module.content:
        return ""
    for call in module.calls.get("setdefault", ()):
        values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if values[:1] == ["DJANGO_SETTINGS_MODULE"] and _DOTTED.fullmatch(str(values[-1])):
            return str(values[-1])
    return ""


def _required(subject: Subject, example: str) -> tuple[str, ...]:
    """The variables without which the code fails; the tests would need a value for each."""
    try:
        return required_names(declared_contract(subject, {"example": example}))
    except CannotExamine:
        return ()


def _configures_pytest(unit: Unit, sources: Sources) -> bool:
    """Whether pytest finds options or fixtures in the unit's folder, which may be those of plugins."""
    tool = unit.document.get("tool")
    names = {sources.in_unit(path) for path in sources.files} & {"pytest.ini", "conftest.py", "setup.cfg", "tox.ini"}
    files = [
        name for name in names if not name.endswith(".cfg") or "[tool:pytest]" in sources.text(sources.from_unit(name))
    ]
    return bool(files) or (isinstance(tool, dict) and "pytest" in tool)


def _brought_by(unit: Unit) -> dict[str, tuple[str, ...]]:
    """The one group, else the one extra, that has pytest: the tests' own, where several do."""
    named = [dependency for dependency in unit.dependencies if dependency.name == "pytest"]
    for key, names in (("groups", {each.group for each in named}), ("extras", {each.extra for each in named})):
        known = sorted(filter(None, names), key=lambda name: (name not in _OF_TESTS, name))
        if known:
            best = next((name for name in _OF_TESTS if name in known), known[0])
            return {key: (best,)}
    return {}


def _scripts(unit: Unit) -> tuple[str, ...]:
    project = unit.document.get("project")
    scripts = project.get("scripts") if isinstance(project, dict) else None
    return tuple(scripts) if isinstance(scripts, dict) else ()


def _body(module: Module) -> list[ast.stmt]:
    return module.tree.body if module.tree is not None else []


def _assigned_name(statement: ast.stmt) -> str:
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    first = targets[0] if len(targets) == 1 else None
    return first.id if isinstance(first, ast.Name) else ""
