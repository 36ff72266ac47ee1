"""`integrity watch` on a real terminal, over files that really change."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.command import marked_processes, outcomes, report_of, unit, wait_for
from tests.e2e.terminal import Terminal
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

GREEN = "def test_truth(): pass\n"
RED = "def test_truth(): assert 1 == 2\n"
HOLDS = (
    "import pathlib, time\ndef test_holds():\n    pathlib.Path('started').touch()\n"
    "    while not pathlib.Path('go').exists():\n        time.sleep(0.01)\n"
)
WAITS = "Ctrl-C ends"
IGNORED = "started\ngo\n"


@pytest.fixture
def watching(tmp_path):
    """Starts the command over a monorepo of these tests, in which gateway depends on billing."""
    begun = []

    def begin(*arguments, **tests):
        files = {"pyproject.toml": "[tool.integrity]\n", ".gitignore": IGNORED}
        for name, test in tests.items():
            files |= unit(name, test)
        manifest = "services/gateway/pyproject.toml"
        if manifest in files:
            files[manifest] = files[manifest].replace("[tool.uv]", 'dependencies = ["billing"]\n[tool.uv]', 1)
        root = make_monorepo(tmp_path, files, git=True)
        begun.append(Terminal(root, "watch", *arguments, NO_COLOR="1"))
        return root, begun[-1]

    yield begin
    for terminal in begun:
        terminal.kill()


def mark(root):
    return "INTEGRITY_ATTEMPT=" + json.loads((root / "integrity-results/run.json").read_text())["run_id"]


def test_change_reruns_what_it_affects_and_nothing_else(watching):
    """An edit runs its unit and those that depend on it; a red unit that is not affected is only named."""
    root, terminal = watching(billing=GREEN, gateway=GREEN, catalog=RED)
    first = terminal.wait_for(WAITS)

    (root / "services/billing/plans.py").write_text("PRO = 1\n")
    second = terminal.wait_for(WAITS)
    reasons = {each["name"]: each["reason"] for each in report_of(root)["units"]}
    (root / "services/catalog/test_integrity.py").write_text(GREEN)
    third = terminal.wait_for(WAITS)

    assert first[-1].endswith("watching · still red: catalog · Ctrl-C ends")
    assert "changed: services/billing/plans.py → billing, gateway" in second
    assert re.fullmatch(r"── \d\d:\d\d:\d\d ─+", second[0])
    assert reasons == {
        "billing": "changed: services/billing/plans.py",
        "gateway": "depends on services/billing, which changed",
    }
    assert "still red: catalog" in second[-1]
    assert outcomes(root) == {"catalog": "passed"}
    assert re.fullmatch(r"\d\d:\d\d:\d\d watching · Ctrl-C ends", third[-1])


def test_nothing_is_cleared(watching):
    """No screen is cleared and none is switched to: what was shown can be scrolled back to."""
    root, terminal = watching(billing=GREEN)
    terminal.wait_for(WAITS)
    (root / "services/billing/test_integrity.py").write_text(RED)
    terminal.wait_for(WAITS)

    terminal.interrupt()
    terminal.end()

    assert not re.search(r"\x1b\[[0-9]*J|\x1b\[[0-9;]*H|\x1b\[\?1049|\x1bc", terminal.written)
    lines = [line for line in terminal.seen(terminal.written) if line.startswith(("✓ 1 unit", "✗ 1 unit"))]
    assert [line[0] for line in lines] == ["✓", "✗"]


def test_broken_configuration_is_waited_out(watching):
    """Half-written TOML, of the root or of a unit, is told with its line; when it is mended, what changed runs."""
    root, terminal = watching(billing=GREEN, catalog=GREEN)
    terminal.wait_for(WAITS)
    whole = (root / "services/billing/pyproject.toml").read_text()

    (root / "pyproject.toml").write_text("[tool.integr\n")
    broken_root = terminal.wait_for(WAITS)
    (root / "pyproject.toml").write_text("[tool.integrity]\ntimeout = 99\n")
    mended_root = terminal.wait_for(WAITS)
    (root / "services/billing/pyproject.toml").write_text(whole + "[tool.\n")
    broken_unit = terminal.wait_for(WAITS)
    (root / "services/billing/pyproject.toml").write_text(whole + "# mended\n")
    mended_unit = terminal.wait_for(WAITS)

    assert any(line.startswith("error  pyproject.toml:1: ") for line in broken_root)
    assert "changed: pyproject.toml → billing, catalog" in mended_root
    assert any(line.startswith("error  services/billing/pyproject.toml") for line in broken_unit)
    assert "changed: services/billing/pyproject.toml → billing" in mended_unit
    assert outcomes(root) == {"billing": "passed"}


def test_configuration_may_be_broken_from_the_start(watching):
    """Who starts with a broken file mends it while it is watched; then all units run."""
    root, terminal = watching("--jobs", "1", billing=GREEN)
    terminal.wait_for(WAITS)
    terminal.interrupt()
    terminal.end()
    (root / "pyproject.toml").write_text("[tool.integr\n")
    again = Terminal(root, "watch", "--root", str(root), NO_COLOR="1")
    try:
        told = again.wait_for(WAITS)
        (root / "pyproject.toml").write_text("[tool.integrity]\n")
        again.wait_for(WAITS)
    finally:
        again.kill()

    assert any(line.startswith("error  pyproject.toml:1: ") for line in told)
    assert outcomes(root) == {"billing": "passed"}


def test_edit_during_a_run_stops_it_and_runs_again(watching):
    """The run that an edit makes out of date ends at once, with what it hadn't finished run again."""
    root, terminal = watching("--jobs", "2", billing=HOLDS, catalog=HOLDS)
    wait_for((root / "services/billing/started").exists)
    wait_for((root / "services/catalog/started").exists)
    before = mark(root)

    (root / "services/billing/test_integrity.py").write_text(GREEN)
    stopped = terminal.wait_for("changed: services/billing/test_integrity.py → billing, catalog")
    (root / "services/catalog/go").touch()
    terminal.wait_for(WAITS)

    assert "stopped  files of it changed while it ran" in stopped
    assert outcomes(root) == {"billing": "passed", "catalog": "passed"}
    assert marked_processes(before) == []


def test_edit_of_another_unit_waits_for_the_end_of_the_run(watching):
    """What does not concern the run under way lets it end, and comes next."""
    root, terminal = watching(billing=GREEN, catalog=GREEN)
    terminal.wait_for(WAITS)
    (root / "services/billing/test_integrity.py").write_text(HOLDS)
    wait_for((root / "services/billing/started").exists)

    (root / "services/catalog/test_integrity.py").write_text(RED)
    (root / "services/billing/go").touch()
    told = terminal.wait_for("changed: services/catalog/test_integrity.py → catalog")
    terminal.wait_for(WAITS)

    assert any(line.startswith("✓ 1 unit: 1 passed") for line in told)
    assert "stopped" not in "\n".join(told)
    assert outcomes(root) == {"catalog": "failed"}


def test_new_unit_is_seen(watching):
    """A unit that comes while one watches runs as soon as its files are there."""
    root, terminal = watching(billing=GREEN)
    terminal.wait_for(WAITS)

    make_monorepo(root, unit("search", GREEN))
    told = terminal.wait_for(WAITS)

    assert any(line.startswith("changed: services/search/") and line.endswith("→ search") for line in told)
    assert outcomes(root) == {"search": "passed"}


def test_only_chosen_units_run(watching):
    """With names, what changes elsewhere is told and starts nothing."""
    root, terminal = watching("billing", billing=GREEN, catalog=GREEN)
    terminal.wait_for(WAITS)

    (root / "services/catalog/test_integrity.py").write_text(RED)
    told = terminal.wait_for(WAITS)

    assert "changed: services/catalog/test_integrity.py → no unit" in told
    assert outcomes(root) == {"billing": "passed"}


def test_test_that_writes_a_file_comes_to_rest(watching):
    """A file that each run writes starts one more run and no third, and is named."""
    writes = "import pathlib, time\ndef test_writes():\n    pathlib.Path('out.txt').write_text(str(time.time()))\n"
    _, terminal = watching(billing=writes)

    told = terminal.wait_for("let git ignore what tests write")
    terminal.wait_for(WAITS)
    terminal.interrupt()

    assert sum(line.startswith("✓ 1 unit: 1 passed") for line in told) == 2
    assert terminal.end() == 130


def test_fail_fast_comes_to_rest(watching):
    """Units that were kept from running by a failure wait for a change, like those that failed."""
    root, terminal = watching("--fail-fast", "--jobs", "1", a_fails=RED, b_waits=GREEN)

    told = terminal.wait_for(WAITS)
    (root / "services/b_waits/test_integrity.py").write_text(GREEN + "\n")
    again = terminal.wait_for(WAITS)

    assert "still red: a_fails, b_waits" in told[-1]
    assert "changed: services/b_waits/test_integrity.py → b_waits" in again
    assert again[-1].endswith("still red: a_fails · Ctrl-C ends")


@pytest.mark.parametrize("at_work", [True, False], ids=["while-a-run-is-at-work", "while-it-waits"])
def test_ctrl_c_ends_it_and_leaves_nothing(watching, at_work):
    """It ends with 130, and no process of it or of its runs is left."""
    root, terminal = watching(billing=HOLDS if at_work else GREEN)
    if at_work:
        wait_for((root / "services/billing/started").exists)
    else:
        terminal.wait_for(WAITS)

    terminal.interrupt()

    assert terminal.end() == 130
    assert marked_processes(mark(root)) == []
    assert list((root / ".integrity/running").iterdir()) == []
    assert list((root / ".integrity/scratch").iterdir()) == []


def test_name_that_means_nothing_is_an_error_at_the_start(watching):
    """A typing error is told at once, not watched for."""
    _, terminal = watching("biling", billing=GREEN)

    assert terminal.end() == 2
    assert "billing" in terminal.written
