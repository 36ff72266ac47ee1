"""The codes and configuration keys of hand-written integrity tests."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("VAC001", "empty-test", "A test has nothing in it that could fail", is_automatic=True),
    Code("VAC002", "literal-test", "A test asserts only over what is written in it", is_automatic=True),
    Code("VAC003", "tautology", "An assertion is true whatever the code says", is_automatic=True),
    Code(
        "VAC004",
        "copied-expectation",
        "What a test expects is copied by hand from the code",
        level="warning",
        is_automatic=True,
    ),
    Code("VAC006", "skipped-test", "A test is always skipped", is_automatic=True),
    Code(
        "VAC007",
        "empty-loop",
        "A test asserts only inside a loop that may run over nothing",
        level="warning",
        is_automatic=True,
    ),
    Code("VAC011", "no-integrity-test", "A unit has no integrity test", is_automatic=True),
    Code("VAC012", "declared-in-vain", "What a unit declares is examined by no test", is_automatic=True),
)

FILES = ("test_integrity.py", "test_*integrity*.py")

KEYS: tuple[Key, ...] = (
    Key(
        "files",
        "texts",
        "Globs of the files with integrity tests; by default `test-file`, test_integrity.py and test_*integrity*.py.",
        '["tests/contract/*.py"]',
    ),
)
