"""Values in example files that look like real secrets (ENV109). An example is committed: whoever reads the repository has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Sequence

from integrity.checks.env.known import secret_shape
from integrity.checks.model import Examined, Finding
from integrity.checks.sources.envfile import Setting

if TYPE_CHECKING:
    from integrity.checks.env.contract import Example

_SPOILED = Setting("SPOILED_SECRET_KEY", "AKIA" + "Q3EGRIJ5" + "TL7KX2MB", 1)


def secrets(examples: Sequence[Example]) -> Examined:
    """ENV109."""
    findings = []
    count = 0
    for example in examples:
        for setting in example.file.settings:
            count += 1
            shape = secret_shape(setting.name, setting.value or "")
            if shape:
                what = "has the shape of a real key" if shape == "key" else "looks like a real secret"
                message = (
                    f"The value of {setting.name} in {example.path} {what}, and whoever reads the repository has it."
                )
                hint = "Revoke it, and write a placeholder such as change-me."
                level = "error" if shape == "key" else "warning"
                findings.append(
                    Finding("ENV109", setting.name, message, hint, (example.place(setting),), example.path, level=level)
                )
    return Examined(count, tuple(findings))


def spoiled(examples: Sequence[Example]) -> Iterator[tuple[Example, ...]]:
    """A copy in which the first example ends in a key."""
    for example in examples[:1]:
        file = example.file._replace(settings=(*example.file.settings, _SPOILED))
        yield (example._replace(file=file), *examples[1:])
