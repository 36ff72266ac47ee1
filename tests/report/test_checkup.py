"""What `integrity check` prints: text, the JSON document, annotations for GitHub's runner."""

from __future__ import annotations

import json

import jsonschema
import msgspec

from integrity.checks.codes import all_codes
from integrity.checks.model import Finding, Place
from integrity.report.checkup import CheckedUnit, Checkup, Trouble, Unexamined
from integrity.report.checkup_document import annotation_lines, document_of
from integrity.report.document import SCHEMAS, encoded, printed
from integrity.report.line import plain
from tests.report import github

ERROR = Finding(
    "REG101",
    "pro",
    "'pro' stands twice.",
    "Delete one.",
    (Place("billing/plans.py", 14, 5), Place("billing/plans.py", 9, None, "duplicate")),
    registry="plans",
    unit="billing",
)
HOSTILE = Finding(
    "REG102", "x", "100%\x1b[2J\n::error::owned, a:b", "", (Place("a,b:c\n::error.py", 1),), level="warning"
)
INFO = Finding("REG150", "x", "Worth knowing.", level="info")


def checkup(*units):
    return Checkup(units=units or (unit(),))


def unit(name="billing", findings=(ERROR,), **more):
    return CheckedUnit(name=name, path=f"services/{name}", findings=findings, files=3, entries=7, **more)


def text(made, **options):
    return [plain(each) for each in made.lines(**options)]


def test_findings_are_grouped_by_unit():
    """Level, place, code and slug, registry, message; the other places and the hint below; then the sums."""
    assert text(checkup(unit(), unit("plans", ()))) == [
        "billing (services/billing)",
        "  error: billing/plans.py:14:5: REG101 duplicate-key [plans] 'pro' stands twice.",
        "    duplicate: billing/plans.py:9",
        "    → Delete one.",
        "",
        "1 error, 0 warnings in 2 units; examined 6 files, 14 entries",
    ]


def test_what_is_worth_knowing_is_shown_when_asked_for():
    """Infos and notes; without `-v` it is said how many there are."""
    made = checkup(unit(findings=(INFO,), notes=("PLANS: keys are computed",)))

    assert text(made) == [
        "0 errors, 0 warnings, 1 of level info (-v shows them) in 1 unit; examined 3 files, 7 entries",
        "1 place was not examined: -v lists it",
    ]
    assert "  info: REG150 order Worth knowing." in text(made, verbose=True)
    assert "  note: PLANS: keys are computed" in text(made, verbose=True)
    assert "not examined" not in text(made, verbose=True)[-1]
    assert made.is_green


def test_places_of_all_units_that_were_not_examined_are_one_line():
    """It comes last, and stands out from nothing."""
    made = checkup(unit(notes=("a", "b")), unit("plans", notes=("a",)))

    assert text(made)[-1] == "3 places were not examined: -v lists them"


def test_allowed_findings_are_counted():
    """They are never wholly silent."""
    assert text(checkup(unit(findings=(), allowed=4)))[-1].endswith("; 4 allowed")


def test_trouble_of_a_unit_is_an_error():
    """With its lines and its hint."""
    made = checkup(unit(findings=(), trouble=Trouble("a:1: wrong.\na:2: wrong.", "Mend it.")))

    assert text(made)[1:4] == ["  a:1: wrong.", "  a:2: wrong.", "    → Mend it."]
    assert text(made)[-1].startswith("1 error, ")
    assert not made.is_green


def test_folder_alone_needs_no_title():
    """What no unit owns is called so only beside units."""
    assert "in no unit" in text(checkup(unit(), unit("")))
    assert text(checkup(unit("")))[0].startswith("  error: ")
    assert " units" not in text(checkup(unit("")))[-1]


def test_text_of_findings_is_only_text():
    """Paths and messages come from files: nothing in them moves the cursor or begins a line."""
    shown = "\n".join(text(checkup(unit(findings=(HOSTILE,)))))

    assert "\x1b" not in shown
    assert "\n::" not in shown


def test_document_fits_its_schema():
    """Also with hostile text, and where nothing is known but a reason."""
    lone = Finding("REG102", "\udc80", "x", places=(Place("caf\udce9.py", 1),))
    made = checkup(
        unit(findings=(ERROR, HOSTILE, lone), trouble=Trouble("a", "b"), notes=("c",)),
        unit("", (), unexamined=(Unexamined("x.py", None, "it vanished"), Unexamined("y.py", 3, "invalid syntax"))),
    )
    schema = json.loads((SCHEMAS / "findings.schema.json").read_text())

    for data in (encoded(document_of(made)), printed(document_of(made))):
        jsonschema.validate(json.loads(data), schema, cls=jsonschema.Draft202012Validator)


def test_document_has_what_design_promises():
    """Code, slug, level, unit, places with roles, fingerprint and page of each finding; what was examined."""
    document = msgspec.to_builtins(document_of(checkup(unit(allowed=2), unit("", ()))))

    assert document["schema"] == "integrity.findings/1"
    assert document["examined"] == {"units": 1, "files": 6, "entries": 14, "allowed": 2}
    assert document["findings"] == [
        {
            "code": "REG101",
            "slug": "duplicate-key",
            "level": "error",
            "unit": "billing",
            "registry": "plans",
            "entry": "pro",
            "message": "'pro' stands twice.",
            "hint": "Delete one.",
            "places": [
                {"path": "billing/plans.py", "line": 14, "column": 5, "role": "declared"},
                {"path": "billing/plans.py", "line": 9, "role": "duplicate"},
            ],
            "fingerprint": ERROR.fingerprint,
            "doc": "docs/reference/codes.md#reg101-duplicate-key",
        }
    ]


def test_annotations_stand_at_their_place():
    """As GitHub's runner reads them: file, line, column, title, and the whole text."""
    (line,) = annotation_lines(checkup())

    assert line == (
        "::error file=billing/plans.py,line=14,col=5,title=REG101 duplicate-key::"
        "'pro' stands twice.%0Aduplicate: billing/plans.py:9%0ADelete one."
    )


def test_annotations_give_no_other_command():
    """Whatever a path or a message holds, each line is the one command that it is meant to be."""
    lines = list(annotation_lines(checkup(unit(findings=(HOSTILE, INFO), trouble=Trouble("a\n::b", "")))))

    assert [github.command(line) for line in lines] == ["error", "warning", "notice"]
    assert not any(character in line for line in lines for character in "\n\r\x1b")
    assert lines[1].startswith("::warning file=a%2Cb%3Ac␊%3A%3Aerror.py,line=1,title=REG102 ")
    assert "100%25" in lines[1]


def test_annotations_beyond_the_runners_limit_are_counted():
    """The runner drops the eleventh of a type without a word: the tenth says how many more there are, errors first."""
    lines = list(annotation_lines(checkup(unit(findings=(INFO,) + (ERROR,) * 12))))

    assert [github.command(line) for line in lines] == ["error"] * 10 + ["notice"]
    assert lines[9] == "::error title=integrity::… and 3 more errors: `integrity check` shows all"


def test_pages_of_codes_are_anchors():
    """Each code's page is a heading of the reference."""
    page = (SCHEMAS.parent.parent / "docs/reference/codes.md").read_text()

    assert [row.code for row in all_codes().values() if f"## {row.code} {row.slug}\n" not in page] == []
