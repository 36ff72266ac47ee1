"""Reads `setup.cfg`, and the literals in `setup.py`, which is parsed and never run."""

from __future__ import annotations

import ast
import configparser
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from integrity.discover.draft import Origin
from integrity.discover.references import declared
from integrity.discover.requirements import Reading, read_requirements
from integrity.discover.tree import ManifestFault, joined, parent
from integrity.model.unit import ManifestKind, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.discover.draft import Declared, Draft
    from integrity.discover.tree import Tree

Setup = dict[str, Any]  # arguments of setup(); None for one that is there and is no literal
_COMPUTED = {"dependencies": "install_requires", "version": "version"}  # by code, where it is no literal


def read_setuptools(tree: Tree, draft: Draft) -> bool:
    """Fill in what the two files say, `setup.cfg` first as setuptools does; whether there was anything."""
    cfg_path, py_path = joined(draft.path, "setup.cfg"), joined(draft.path, "setup.py")
    arguments = _setup_py(tree, py_path)
    declarations = _setup_cfg(tree, cfg_path)
    if arguments is None and declarations is None:
        return False
    draft.manifest = ManifestKind.SETUPTOOLS
    draft.manifest_path = draft.manifest_path or (py_path if arguments is not None else cfg_path)
    merged: Setup = {**(arguments or {}), **(declarations or {})}
    draft.name = _text(merged.get("name")) or draft.name
    draft.version = _text(merged.get("version"))
    draft.requires_python = _text(merged.get("python_requires"))
    draft.dynamic = frozenset(word for word, key in _COMPUTED.items() if merged.get(key) is None)
    for path, values in ((py_path, arguments), (cfg_path, declarations)):
        if values is not None:
            draft.declared += _dependencies(tree, path, values)
    return True


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _dependencies(tree: Tree, path: str, values: Setup) -> list[Declared]:
    found = _listed(tree, path, values.get("install_requires"), "install_requires", None)
    extras = values.get("extras_require")
    for key, requirements in (extras if isinstance(extras, dict) else {}).items():
        extra, _, marker = str(key).partition(":")  # `extra:marker` is how setuptools spells conditions
        items = _listed(tree, path, requirements, f"extras_require.{key}", extra or None)
        found += [_with_marker(item, marker) for item in items] if marker else items
    return found


def _with_marker(item: Declared, marker: str) -> Declared:
    return item._replace(dependency=replace(item.dependency, text=f"{item.dependency.text} ; {marker}"))


def _listed(tree: Tree, path: str, value: object, key: str, extra: str | None) -> list[Declared]:
    if isinstance(value, str) and value.strip().startswith("file:"):
        files = [
            name.strip() for name in value.strip().removeprefix("file:").replace("\n", ",").split(",") if name.strip()
        ]
        folder = parent(path)
        readings = [Reading(tree=tree, folder=folder, path=joined(folder, name), extra=extra) for name in files]
        return [item for reading in readings for item in read_requirements(reading)]
    items = value.splitlines() if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
    texts = [item.strip() for item in items if isinstance(item, str)]
    via = f"{path.rpartition('/')[2]} {key}"
    origin = Origin(tree.root, Place(path=path))
    return [declared(text, origin, via=via, extra=extra) for text in texts if text and not text.startswith("#")]


def _setup_cfg(tree: Tree, path: str) -> Setup | None:
    text = tree.text(path)
    if text is None or ("[metadata]" not in text and "[options]" not in text):
        return None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        lines = getattr(error, "errors", None)
        line = lines[0][0] if lines else getattr(error, "lineno", None)
        raise ManifestFault(path, line, f"not an INI file: {type(error).__name__}") from error
    found = {
        key: parser.get("options", key)
        for key in ("install_requires", "python_requires")
        if parser.has_option("options", key)
    }
    found |= {key: parser.get("metadata", key) for key in ("name", "version") if parser.has_option("metadata", key)}
    if found.get("version", "").startswith(("attr:", "file:")):
        del found["version"]
    extras = dict(parser.items("options.extras_require")) if parser.has_section("options.extras_require") else {}
    return {**found, **({"extras_require": extras} if extras else {})} if found or extras else None


def _setup_py(tree: Tree, path: str) -> Setup | None:
    """The literal arguments of the first call of `setup` in the file; None when it calls none."""
    text = tree.text(path)
    if text is None or "setup" not in text:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # what the compiler thinks of their strings
            return _arguments(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ManifestFault(
            path, getattr(error, "lineno", None), f"not Python 3: {getattr(error, 'msg', error)}"
        ) from error


def _arguments(module: ast.Module) -> Setup | None:
    call = next(
        (node for node in ast.walk(module) if isinstance(node, ast.Call) and _called(node.func) == "setup"), None
    )
    if call is None:
        return None
    constants = _constants(module)
    return {keyword.arg: _literal(keyword.value, constants) for keyword in call.keywords if keyword.arg is not None}


def _called(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _constants(module: ast.Module) -> dict[str, Any]:
    """Names that the module gives a literal, once."""
    found: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            found[name] = None if name in found else _literal(node.value, found)
    return found


def _literal(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    """The value of a literal, a known name, or lists added together; None for all else."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, constants), _literal(node.right, constants)
        return left + right if type(left) is type(right) and isinstance(left, (list, str)) else None
    if isinstance(node, ast.Dict):
        keys = [None if key is None else _literal(key, constants) for key in node.keys]
        return {
            key: _literal(value, constants)
            for key, value in zip(keys, node.values, strict=True)
            if isinstance(key, str)
        }
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(item, constants) for item in node.elts]
    return node.value if isinstance(node, ast.Constant) else None
