"""EXP104: `models.py` beside `models/__init__.py`, of which Python only ever imports the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit


class Files(NamedTuple):
    """The paths of modules, and of packages (their folders)."""

    modules: frozenset[str]
    packages: frozenset[str]


def files_and_packages(unit: Unit) -> Callable[[], Files]:
    """How the material is loaded."""

    def load() -> Files:
        python = [path for path in unit.sources.files if path.endswith(".py")]
        packages = {path.rpartition("/")[0] for path in python if path.rpartition("/")[2] == "__init__.py"}
        return Files(frozenset(path for path in python if not path.endswith("__init__.py")), frozenset(packages - {""}))

    return load


def shadowed() -> Check:
    """The check for modules that a package of the same name hides."""

    def judge(files: Files) -> Examined:
        hidden = sorted(path for path in files.modules if path[: -len(".py")] in files.packages)
        return Examined(len(files.modules), tuple(_finding(path) for path in hidden))

    def spoiled(files: Files) -> Iterator[Files]:
        visible = sorted(path for path in files.modules if path[: -len(".py")] not in files.packages)
        for path in visible[:1]:
            yield files._replace(packages=files.packages | {path[: -len(".py")]})

    return Check("EXP104", judge, spoiled)


def _finding(path: str) -> Finding:
    folder = path[: -len(".py")]
    name = folder.rpartition("/")[2]
    message = f"{path} can never be imported: the package {folder}/ beside it has the same name and wins."
    places = (Place(path, 1), Place(f"{folder}/__init__.py", None, None, "reference"))
    return Finding("EXP104", path, message, f"Move what {name}.py has into the package, or rename one of them.", places)
