"""What a row of the table of codes is; the rows stand in each family's `table` module, and are gathered in `codes`."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """One kind of defect.

    `slug` names it in test ids; `title` is a sentence without its full stop. `level` is that of its findings.
    `is_static`: sources are enough to find it. `is_automatic`: `integrity check` looks for it without any
    configuration, so that it may hardly ever be wrong. `is_opt_in`: only when its key is set.
    """

    code: str
    slug: str
    title: str
    level: str = "error"
    is_static: bool = True
    is_automatic: bool = False
    is_opt_in: bool = False
