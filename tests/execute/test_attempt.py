"""One try of one unit never takes the others along."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

from integrity.execute.attempt import attempt
from integrity.model.outcome import ErrorKind, Outcome


def test_fault_of_our_own_is_that_units_error(tmp_path: Path):
    """An exception that nobody thought of becomes the unit's outcome, with its traceback, and doesn't end the run."""
    bench = SimpleNamespace(root=tmp_path, results=tmp_path / "results")
    subject = SimpleNamespace(
        planned=SimpleNamespace(id="a"),
        live=SimpleNamespace(unit=SimpleNamespace(path="services/a"), settings=SimpleNamespace(test_file=7)),
    )

    verdict, end = asyncio.run(attempt(bench, subject, 1))

    assert (verdict.outcome, verdict.error_kind, end) == (Outcome.ERROR, ErrorKind.CRASH, None)
    assert "integrity itself failed" in verdict.message
    assert "Traceback" in verdict.detail
