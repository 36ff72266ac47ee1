"""Tells which dependencies are units of this monorepo, and where exactly they are written."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from integrity.discover.draft import Declared, line_of
from integrity.discover.sources import merged_sources, with_source, with_url
from integrity.model.document import section
from integrity.model.outcome import ErrorKind, UnitError
from integrity.model.unit import Dependency, ManifestKind, PassedOver, Place, Unit, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrity.discover.draft import Draft
    from integrity.discover.repository import Repository
    from integrity.discover.sources import Sources
    from integrity.discover.tree import Tree
    from integrity.discover.workspaces import Workspace

_EXTRAS = re.compile(r"[\w.-]+\s*\[([^\[\]]*)\]")
_SPECIFIER = re.compile(r"[<>=!~]")


class Resolver:
    """Knows all drafts by path and by name, and makes units of them."""

    def __init__(
        self, tree: Tree, drafts: list[Draft], workspaces: Iterable[Workspace], passed_over: list[PassedOver]
    ) -> None:
        self._tree = tree
        self._drafts = drafts
        self._by_path = {draft.path: draft for draft in drafts}
        self._by_name: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.distribution is not None:
                self._by_name[draft.distribution].append(draft)
        self._workspaces = {workspace.root: workspace for workspace in workspaces}
        self._repository: Repository | None = None
        self._accepted: dict[tuple[str, str], bool] = {}
        self._passed_over = passed_over

    def units(self) -> tuple[Unit, ...]:
        """The units of all drafts, in their order."""
        return tuple(_unit(draft, self._dependencies(draft)) for draft in self._drafts)

    def _dependencies(self, draft: Draft) -> tuple[Dependency, ...]:
        sources = self._sources(draft)
        found: list[Dependency | None] = []
        for item in draft.declared:
            name = item.dependency.name
            if name in sources:
                found += [self._resolved(draft, sourced) for sourced in with_source(item, sources, self._tree.root)]
            elif item.source is None and name not in self._by_name:
                found.append(item.dependency)
            else:
                found.append(self._resolved(draft, item))
        return tuple(dependency for dependency in found if dependency is not None)

    def _sources(self, draft: Draft) -> Sources:
        if draft.manifest is not ManifestKind.PEP621:
            return {}
        own = section(draft.document, "tool", "uv", "sources")
        workspace = self._workspaces.get(draft.workspace) if draft.workspace is not None else None
        if workspace is None:
            return merged_sources((draft.path, own)) if own else {}
        return merged_sources((workspace.root, workspace.sources), (draft.path, own))

    def _resolved(self, draft: Draft, item: Declared) -> Dependency | None:
        target = self._target(draft, item)
        if target is None:
            return self._third_party(item)
        resolved = self._with_target(draft, item, target)
        return resolved if target is not draft or resolved.target_extras else None

    def _target(self, draft: Draft, item: Declared) -> Draft | None:
        """The unit that a dependency is: by what its source says, else by its name and version."""
        source = item.source
        if source is not None:
            if source.within:
                return self._owner(source.locals[0])
            stated = next((self._by_path[path] for path in source.locals if path in self._by_path), None)
            if stated is None and source.git is not None:
                folder = self._own_folder(source.git)
                if folder is None:
                    self._elsewhere(draft, item)
                    return None
                stated = self._by_path.get(folder)
            if stated is not None:
                return stated
            if source.is_elsewhere:
                self._elsewhere(draft, item)
                return None
        return self._by_name_and_version(draft, item)

    def _own_folder(self, git: tuple[str, str]) -> str | None:
        if self._repository is None:
            from integrity.discover.repository import Repository  # noqa: PLC0415 - few monorepos need it

            self._repository = Repository(self._tree.root)
        return self._repository.own_folder(git, self._tree)

    def _owner(self, path: str) -> Draft | None:
        while path not in self._by_path and "/" in path:
            path = path.rpartition("/")[0]
        return self._by_path.get(path)

    def _by_name_and_version(self, draft: Draft, item: Declared) -> Draft | None:
        found = self._by_name.get(item.dependency.name, [])
        if item.source is None and any(other is draft for other in found):
            return draft  # `all = ["a[x]"]`: its own extras, whoever else has its name
        if len(found) > 1:
            near = [other for other in found if other.workspace is not None and other.workspace == draft.workspace]
            if len(near) != 1:
                paths = ", ".join(other.path for other in found)
                self._note(draft, item, f"could be any of {paths}; a path in tool.uv.sources would tell")
                return None
            found = near
        if not found:
            return None
        target = found[0]
        is_stated = item.source is not None and (item.source.is_member or item.source.git is not None)
        if is_stated or target is draft or self._accepts(item.dependency.text, target.version):
            return target
        self._note(draft, item, f"is not {target.path}, whose version is {target.version}")
        return None

    def _accepts(self, text: str, version: str | None) -> bool:
        specifier = _specifier(text) if version is not None else ""
        if version is None or not specifier:
            return True
        answer = self._accepted.get((specifier, version))
        if answer is None:
            answer = self._accepted[specifier, version] = _accepts(specifier, version)
        return answer

    def _elsewhere(self, draft: Draft, item: Declared) -> None:
        found = self._by_name.get(item.dependency.name)
        if found:
            self._note(draft, item, f"comes from elsewhere, and is not {found[0].path}")

    def _note(self, draft: Draft, item: Declared, what: str) -> None:
        place = self._place(draft, item)
        self._passed_over.append(PassedOver(path=str(place), reason=f"{item.dependency.text!r} {what}"))

    def _with_target(self, draft: Draft, item: Declared, target: Draft) -> Dependency:
        dependency = item.dependency
        name = dependency.name or target.distribution or normalised(target.name)
        text = dependency.text if dependency.name else f"{name}{dependency.text}"
        extras = _EXTRAS.match(text)
        return Dependency(
            text=text,
            name=name,
            via=dependency.via,
            place=self._place(draft, item),
            extra=dependency.extra,
            group=dependency.group,
            target=target.path,
            target_extras=tuple(extra.strip() for extra in extras[1].split(",") if extra.strip()) if extras else (),
        )

    def _third_party(self, item: Declared) -> Dependency | None:
        """A dependency that is no unit; one that is a folder or file of the repository, by its URL."""
        dependency, source = item.dependency, item.source
        if source is None or (dependency.name and not source.locals):
            return dependency
        if source.within:
            return None
        name = dependency.name or normalised(item.spelling)
        text = dependency.text if dependency.name else f"{name}{dependency.text}"
        if source.locals:
            path = next((path for path in source.locals if self._tree.exists(path)), source.locals[0])
            text = with_url(text, f"file://{quote(self._tree.absolute(path))}")
        return Dependency(
            text=text,
            name=name,
            via=dependency.via,
            place=dependency.place,
            extra=dependency.extra,
            group=dependency.group,
        )

    def _place(self, draft: Draft, item: Declared) -> Place:
        place = item.dependency.place
        if place.line is not None:
            return place
        text = (
            draft.text
            if place.path == draft.manifest_path and draft.text
            else self._tree.lenient_text(place.path) or ""
        )
        return Place(path=place.path, line=line_of(text, item.dependency.via, item.spelling))


def _specifier(text: str) -> str:
    """The version specifier in a requirement, perhaps empty: `b[x] (>=1,<2) ; marker` → `>=1,<2`."""
    requirement = text.partition(";")[0]
    first = _SPECIFIER.search(requirement)
    return requirement[first.start() :].strip(" )\t") if first else ""


def _accepts(specifier: str, version: str) -> bool:
    """Whether the working tree's version is what a specifier asks for; yes, where that can't be told."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - dear, and rarely needed
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - likewise

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _unit(draft: Draft, dependencies: tuple[Dependency, ...]) -> Unit:
    return Unit(
        path=draft.path,
        name=draft.name,
        kind=draft.kind,
        manifest=draft.manifest,
        manifest_path=draft.manifest_path,
        distribution=draft.distribution,
        version=draft.version,
        requires_python=draft.requires_python,
        dynamic=draft.dynamic,
        workspace=draft.workspace,
        dependencies=dependencies,
        table=draft.table,
        document=draft.document,
        problem=None if draft.problem is None else UnitError(kind=ErrorKind.CONFIG, message=draft.problem, hint=_HINT),
    )


_HINT = "Mend the manifest, or take the folder out with `exclude` in the root's [tool.integrity]."
