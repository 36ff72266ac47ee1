"""Texts made from the templates that ship."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jinja2

TEMPLATES = Path(__file__).parent.parent / "templates"
_SUFFIX = ".j2"


def rendered(template: str, **values: object) -> str:
    """The text of a template, named by its path below `templates`. Raises jinja2's UndefinedError for a value that is not given."""
    return _environment().get_template(template).render(values)


def below(folder: str) -> Iterator[tuple[str, str]]:
    """The templates below a folder: the path of each below it, without the suffix, and its name."""
    for path in sorted((TEMPLATES / folder).rglob(f"*{_SUFFIX}")):
        yield (
            path.relative_to(TEMPLATES / folder).as_posix().removesuffix(_SUFFIX),
            path.relative_to(TEMPLATES).as_posix(),
        )


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - only who makes files pays for it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - what is made is Python, TOML and Markdown
    )
