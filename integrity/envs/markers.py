"""Environment markers, judged for an interpreter that is not the one that runs this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.envs.faults import env_fault
from integrity.model.outcome import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement


def marker_holds(requirement: Requirement, markers: Mapping[str, str], *, extra: str = "") -> bool:
    """Whether a requirement is for this interpreter. Raises UnitFault for a comparison that means nothing."""
    if requirement.marker is None:
        return True
    try:
        return requirement.marker.evaluate({**markers, "extra": extra})
    except (ValueError, KeyError) as problem:  # such as `sys_platform ~= "linux"`
        raise env_fault(
            f"the condition of '{requirement}' can't be judged: {problem}",
            hint="Correct the marker behind the `;`.",
            kind=ErrorKind.CONFIG,
        ) from None
