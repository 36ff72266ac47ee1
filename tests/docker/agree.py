"""Compares the results of runs that differ only in who provided the backing services: `agree.py DIR DIR…`.

A folder is named as its provider. Each unit and each test must have ended the same way in all of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

UNIT = "unit"  # a service that is another unit's is served the same way in every run


def main(folders):
    """The exit status: 0 when all agree, and there was something that could disagree."""
    reports = {folder.name: json.loads((folder / "report.json").read_text(encoding="utf-8")) for folder in folders}
    problems = [*differences(reports), *(line for name, report in reports.items() for line in strangers(name, report))]
    ends = [outcomes(report) for report in reports.values()]
    tests = max((len(end.keys() - units(end)) for end in ends), default=0)
    if len(folders) < 2 or not tests:
        problems.append("nothing was compared")
    lines = [*problems, f"{', '.join(reports)}: {tests} tests compared, {len(problems)} problems"]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if problems else 0


def differences(reports):
    """One line for each unit or test that did not end the same way everywhere."""
    ends = {name: outcomes(report) for name, report in reports.items()}
    for key in sorted(set().union(*ends.values())):
        found = {name: end.get(key, "absent") for name, end in ends.items()}
        if len(set(found.values())) > 1:
            yield f"{' '.join(key)}: {', '.join(f'{outcome} with {name}' for name, outcome in found.items())}"


def outcomes(report):
    """(unit,) → outcome, and (unit, test) → outcome."""
    found = {}
    for unit in report["units"]:
        found[unit["name"],] = unit["outcome"]
        found.update({(unit["name"], test["id"]): test["outcome"] for test in unit["tests"]})
    return found


def units(end):
    return {key for key in end if len(key) == 1}


def strangers(name, report):
    """Services of another provider than the one that the run was for, or no service at all."""
    used = {service["provider"] for unit in report["units"] for service in unit["services"]} - {UNIT}
    if used != {name}:
        yield f"{name}: the services came from {', '.join(sorted(used)) or 'nobody'}"


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
