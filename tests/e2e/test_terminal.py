"""The real run on a real terminal."""

from __future__ import annotations

import re

import pytest

from tests.e2e.command import unit
from tests.e2e.terminal import Terminal
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
TESTS = {
    "billing": "def test_plans(): pass\ndef test_rates(): assert 1 == 2\n",
    "gateway": "def test_routes(): pass\n",
    "catalog": "import pytest\ndef test_drift(): pytest.skip('no broker')\n",
}


@pytest.fixture
def root(tmp_path):
    files = {"pyproject.toml": "[tool.integrity]\n"}
    for name, test in TESTS.items():
        files |= unit(name, test)
    return make_monorepo(tmp_path, files)


def masked(line):
    """A line without what differs from run to run."""
    return re.sub(r" *\d+\.\d s", " N s", line)


@pytest.mark.parametrize("width", [40, 100])
def test_run_leaves_one_line_for_each_unit_and_the_end(root, width):
    """While it runs the lower part is repainted; afterwards units, failures and the sum are left, and the cursor is shown."""
    terminal = Terminal(root, "run", width=width)

    status = terminal.end()

    lines = [masked(line) for line in terminal.seen(terminal.written)]
    assert status == 3
    assert "\x1b[?25l" in terminal.written
    assert "• " in terminal.written
    assert not any(line.startswith("•") for line in lines)
    assert not terminal.screen(terminal.written).cursor.hidden
    assert sorted(line.split()[1] for line in lines[:3]) == ["billing", "catalog", "gateway"]
    assert "✗ billing  failed  services/billing" in lines
    assert "○ catalog  skipped  services/catalog" in lines
    assert "  again  nox -s integrity -- billing --" in [line[:39] for line in lines]
    assert any(line.startswith("✗ 3 units: 1 passed, 1 failed, 1") for line in lines)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("environment", [{"CI": "true", "NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["ci", "dumb"])
def test_log_instead_of_the_live_view(root, environment):
    """In CI and on a dumb terminal nothing is repainted, and no byte is an escape."""
    terminal = Terminal(root, "run", **environment)

    terminal.end()

    assert "\x1b" not in terminal.written
    assert [line[:6] for line in terminal.seen(terminal.written)[:3]] == ["[1/3] ", "[2/3] ", "[3/3] "]


def test_colours_are_all_that_ci_gets(root):
    """On a terminal of a CI system the log has colours and no movements."""
    terminal = Terminal(root, "run", CI="true")

    terminal.end()

    assert COLOURS.search(terminal.written)
    assert "\x1b" not in COLOURS.sub("", terminal.written)


def test_ctrl_c_gives_the_terminal_back(tmp_path):
    """Stopped in the middle, the run says so and where its report is, shows the cursor again and ends with 130."""
    waits = "import time\ndef test_waits():\n    time.sleep(600)\n"
    root = make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("waits", waits)})
    terminal = Terminal(root, "run", NO_COLOR="1")
    terminal.wait_for("0/1")

    terminal.interrupt()

    assert terminal.end() == 130
    assert not terminal.screen(terminal.written).cursor.hidden
    *_, total, page = terminal.seen(terminal.written)
    assert total.startswith("■ 1 unit: 1 interrupted")
    assert page == "  report  integrity-results/report.html"
