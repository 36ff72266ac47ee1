"""Where a unit's code lies, read from its manifest. Only what is plain to see; all else is for the build backend. Pure but for looking."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from integrity.model.document import section
from integrity.model.unit import ManifestKind, normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from integrity.model.unit import Unit

    Rule = Callable[[Path, str, Mapping[str, Any]], tuple[Path, ...] | None]

_HARMLESS_DYNAMIC = frozenset(
    {"version", "readme", "description", "classifiers", "license", "license-files", "urls", "keywords", "authors"}
)
# What setuptools passes over when it looks for the packages of a flat layout (its documentation, "Automatic discovery").
_NO_PACKAGES = frozenset(
    [
        "ci",
        "bin",
        "debian",
        "doc",
        "docs",
        "documentation",
        "manpages",
        "news",
        "newsfragments",
        "changelog",
        "test",
        "tests",
        "unit_test",
        "unit_tests",
        "example",
        "examples",
        "scripts",
        "tools",
        "util",
        "utils",
        "python",
        "build",
        "benchmark",
        "benchmarks",
        "exercise",
        "exercises",
        "htmlcov",
        "tasks",
        "dist",
        "node_modules",
    ]
)


def is_package(unit: Unit) -> bool:
    """Whether tools would install the unit; else its folder is simply where its code is."""
    poetry = section(unit.document, "tool", "poetry")
    if unit.manifest is ManifestKind.SETUPTOOLS:
        return True
    if unit.manifest is ManifestKind.POETRY:
        return poetry.get("package-mode", True) is not False
    if unit.manifest is not ManifestKind.PEP621:
        return False
    declared = section(unit.document, "tool", "uv").get("package")
    if isinstance(declared, bool):
        return declared
    return "build-system" in unit.document and poetry.get("package-mode", True) is not False


def source_folders(folder: Path) -> tuple[Path, ...]:
    """What goes on the path for a unit that is no package."""
    source = folder / "src"
    return (folder, source) if source.is_dir() else (folder,)


def plain_layout(unit: Unit, folder: Path) -> tuple[Path, ...] | None:
    """The folders that an editable install would put on the path; None when only the build backend knows.

    The rules are those that each backend's documentation gives for its defaults.
    """
    build_system = unit.document.get("build-system", {})
    backend = build_system.get(
        "build-backend", "poetry.core.masonry.api" if unit.manifest is ManifestKind.POETRY else "setuptools.build_meta"
    )
    rule = _RULES.get(backend)
    if rule is None or unit.distribution is None or "backend-path" in build_system:
        return None
    if unit.manifest not in {ManifestKind.PEP621, ManifestKind.POETRY} or unit.dynamic - _HARMLESS_DYNAMIC:
        return None
    if _extra_requirements(backend, build_system.get("requires", ())):
        return None
    return rule(folder, unit.distribution, unit.document.get("tool", {}))


def _extra_requirements(backend: str, requires: Iterable[str]) -> bool:
    """Whether the build needs more than its backend: a plugin or a compiler may do anything."""
    own = {"wheel", "poetry" if backend.startswith("poetry") else normalised(re.split(r"[.:]", backend)[0])}
    named = {normalised(re.split(r"[^A-Za-z0-9._-]", text.strip(), maxsplit=1)[0]) for text in requires}
    aliases = {"hatchling", "uv-build", "setuptools", "poetry-core", "flit-core", "pdm-backend"}
    return bool(named - own - aliases)


def _hatchling(folder: Path, name: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    hatch = tool.get("hatch", {})
    build = hatch.get("build", {})
    wheel = build.get("targets", {}).get("wheel", {})
    known_build = set(build) <= {"targets", "exclude", "artifacts", "ignore-vcs", "reproducible", "directory"}
    known_wheel = set(wheel) <= {"packages", "include", "only-include", "exclude", "artifacts", "core-metadata-version"}
    if (
        not known_build
        or not known_wheel
        or ("metadata" in hatch and set(hatch["metadata"]) - {"allow-direct-references"})
    ):
        return None
    if "packages" in wheel:
        return _parents(folder, wheel["packages"])
    if included := [*wheel.get("include", ()), *wheel.get("only-include", ())]:
        return (folder,) if all(_is_top_package(folder, pattern) for pattern in included) else None
    return _found(folder, name.replace("-", "_"), (".", "src"))


def _is_top_package(folder: Path, pattern: str) -> bool:
    top = re.fullmatch(r"/?(\w+)(/|/\*|/\*\*|/\*\*/\*(\.py)?)?", pattern)
    return top is not None and (folder / top[1]).is_dir() and top[1] != "src"


def _uv_build(folder: Path, name: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    settings = tool.get("uv", {}).get("build-backend", {})
    if set(settings) - {
        "module-root",
        "module-name",
        "namespace",
        "source-include",
        "source-exclude",
        "wheel-exclude",
        "default-excludes",
    }:
        return None
    root = folder / settings.get("module-root", "src")
    module = settings.get("module-name", name.replace("-", "_"))
    names = [module] if isinstance(module, str) else module
    return (root,) if all((root / part.replace(".", "/")).is_dir() for part in names) else None


def _flit(folder: Path, name: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    module = tool.get("flit", {}).get("module", {}).get("name", name.replace("-", "_"))
    return _found(folder, module.replace(".", "/"), (".", "src"))


def _pdm(folder: Path, name: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    settings = tool.get("pdm", {})
    if "version" in settings or set(settings.get("build", {})) - {"package-dir", "excludes", "source-includes"}:
        return None
    package_dir = settings.get("build", {}).get("package-dir", "src" if (folder / "src").is_dir() else ".")
    root = folder / package_dir
    return (root,) if _has_module(root / name.replace("-", "_")) else None


def _poetry(folder: Path, name: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    poetry = tool.get("poetry", {})
    if "build" in poetry or "poetry-dynamic-versioning" in tool:
        return None
    packages = poetry.get("packages")
    if packages is None:
        return _found(folder, name.replace("-", "_"), (".", "src"))
    found = []
    for package in packages:
        if not isinstance(package, dict) or "to" in package or "include" not in package:
            return None
        root = folder / package.get("from", ".")
        top = package["include"].split("/")[0]
        if any(sign in top for sign in "*?[") or not _has_module(root / top.removesuffix(".py")):
            return None
        found.append(root)
    return tuple(dict.fromkeys(found))


def _setuptools(folder: Path, _: str, tool: Mapping[str, Any]) -> tuple[Path, ...] | None:
    settings = tool.get("setuptools", {})
    known = {
        "packages",
        "package-dir",
        "package-data",
        "exclude-package-data",
        "include-package-data",
        "zip-safe",
        "dynamic",
        "license-files",
    }
    if set(settings) - known or (folder / "setup.cfg").exists() or not _does_nothing(folder / "setup.py"):
        return None
    directories = settings.get("package-dir", {})
    packages = settings.get("packages")
    if isinstance(packages, dict) and set(packages) == {"find"} and not directories:
        return tuple(folder / where for where in packages["find"].get("where", ["."]))
    if set(directories) - {""}:
        return None
    root = folder / directories.get("", ".")
    if isinstance(packages, list) and all((root / part.replace(".", "/")).is_dir() for part in packages):
        return (root,)
    return _discovered(folder, root) if packages is None else None


def _discovered(folder: Path, root: Path) -> tuple[Path, ...] | None:
    """A `src` folder, or one package at the top: what setuptools finds by itself."""
    if root != folder:
        return (root,) if root.is_dir() else None
    if (folder / "src").is_dir():
        return (folder / "src",)
    tops = [
        path
        for path in folder.iterdir()
        if path.is_dir() and path.name.isidentifier() and path.name not in _NO_PACKAGES
    ]
    return (folder,) if len(tops) == 1 and (tops[0] / "__init__.py").exists() else None


def _parents(folder: Path, packages: Iterable[str]) -> tuple[Path, ...] | None:
    paths = [folder / package for package in packages]
    if not paths or not all(path.is_dir() for path in paths):
        return None
    return tuple(dict.fromkeys(path.parent for path in paths))


def _found(folder: Path, module: str, roots: Iterable[str]) -> tuple[Path, ...] | None:
    return next(((folder / root,) for root in roots if _is_regular(folder / root / module)), None)


def _is_regular(module: Path) -> bool:
    return (module / "__init__.py").is_file() or module.with_name(f"{module.name}.py").is_file()


def _has_module(module: Path) -> bool:
    return module.is_dir() or module.with_name(f"{module.name}.py").is_file()


def _does_nothing(setup: Path) -> bool:
    """Whether setup.py is absent or only calls `setup()` without arguments."""
    try:
        body = ast.parse(setup.read_bytes()).body
    except FileNotFoundError:
        return True
    except (OSError, SyntaxError, ValueError):
        return False
    return all(_is_harmless(statement) for statement in body)


def _is_harmless(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=[ast.alias(name="setuptools")]) | ast.ImportFrom(module="setuptools"):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup"), args=[], keywords=[])):
            return True
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body, orelse=[]):
            return all(_is_harmless(inner) for inner in body)
        case _:
            return False


_RULES: Mapping[str, Rule] = {
    "hatchling.build": _hatchling,
    "uv_build": _uv_build,
    "flit_core.buildapi": _flit,
    "pdm.backend": _pdm,
    "poetry.core.masonry.api": _poetry,
    "setuptools.build_meta": _setuptools,
}
