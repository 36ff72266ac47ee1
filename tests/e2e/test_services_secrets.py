"""No password and no secret of any unit stands in the results, whoever printed or logged it."""

from __future__ import annotations

import pytest

from tests.e2e.serviced import POSTGRES, QUICK, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SECRET = "hunter3-of-the-unit-behind"
TELLS = (
    f'needs = ["redis"]\nenv = {{ INNOCENT = "{SECRET}" }}\nsecrets = ["INNOCENT"]\n'
    '[tool.integrity.serve]\ncommand = "python -u server.py {port}"\nready = { log = "serving" }\nenv-var = "TELLS_URL"\n'
)
SERVER = "import os, time\nprint(os.environ['INNOCENT'], flush=True)\nprint('serving', flush=True)\ntime.sleep(600)\n"
LOGS_A_SECRET = """
import os
import psycopg
import pytest

def test_statement_fails():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, pytest.raises(psycopg.Error):
        connection.execute(f"select nothing from nowhere -- {os.environ['SECRET_OF_ONE']} {os.environ['PGPASSWORD']}")
    open(os.environ["DONE"], "w").write(os.environ["PGPASSWORD"])
"""
WAITS = """
import os, time, pathlib

def test_neighbour_came_to_its_end():
    deadline = time.monotonic() + 60
    while not pathlib.Path(os.environ["DONE"]).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
"""


def written(root):
    return {path: path.read_bytes() for path in (root / "integrity-results").rglob("*") if path.is_file()}


@pytest.mark.parametrize("server", [SERVER, SERVER.replace("time.sleep(600)", "").replace("'serving'", "'no'")])
def test_secret_of_a_unit_behind_is_masked(serviced, server):
    """A unit's own word for what is secret holds where it runs for another, also when it dies and its words are told."""
    serviced.add(unit("tells", QUICK, TELLS, **{"server.py": server}), unit("gateway", QUICK, 'needs = ["unit:tells"]'))

    done = serviced.run("run", "-v", "--services", "embedded")

    texts = written(serviced.root)
    assert [path.name for path, text in texts.items() if SECRET.encode() in text] == []
    assert SECRET not in done.stdout + done.stderr
    assert any("•••".encode() in text for text in texts.values())


def test_shared_server_tells_no_neighbour_what_a_unit_sent(serviced, tmp_path):
    """PostgreSQL logs statements that fail; the part of its log that other units get has no secret of this one."""
    done_file = tmp_path / "done"
    table = f'needs = ["postgres"]\nenv = {{ DONE = "{done_file}", SECRET_OF_ONE = "{SECRET}" }}'
    serviced.add(
        unit("one", LOGS_A_SECRET, table, dependencies=POSTGRES),
        unit("two", WAITS, table.replace("SECRET_OF_ONE", "OTHER").replace(SECRET, "x"), dependencies=POSTGRES),
    )

    done = serviced.run("run", "--services", "embedded", "--jobs", "2")

    assert done.returncode == 0, done.stdout
    texts = written(serviced.root)
    neighbours = (serviced.root / "integrity-results/units/two/services/postgres.log").read_text()
    assert "select nothing from nowhere" in neighbours
    password = done_file.read_text()
    assert [path.name for path, text in texts.items() if SECRET.encode() in text or password.encode() in text] == []
