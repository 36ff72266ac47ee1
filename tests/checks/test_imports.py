"""Each module of the check library can be the first that is imported: none needs another one to be there before."""

from __future__ import annotations

import subprocess
import sys

from tests.checks.harness import REPOSITORY

SCRIPT = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.startswith("integrity")]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(name, error)
"""


def test_modules_can_be_imported_first():
    """In any order, so that no circle of imports hides."""
    paths = sorted((REPOSITORY / "integrity" / "checks").rglob("*.py"))
    names = [".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for path in paths]

    ended = subprocess.run([sys.executable, "-c", SCRIPT, *names], cwd=REPOSITORY, capture_output=True, text=True)

    assert len(names) > 100
    assert (ended.stdout, ended.returncode) == ("", 0), ended.stderr
