"""Files of SQL for MySQL, cut into statements."""

from __future__ import annotations

import pytest

from integrity.backing.tenants.mysql_sql import mysql_statements


def statements(tmp_path, text):
    path = tmp_path / "file.sql"
    path.write_text(text, encoding="utf-8")
    return [(each.line, each.text) for each in mysql_statements(path)]


@pytest.mark.parametrize(
    "piece",
    [
        r"select ';', 'it''s;', 'a\';b'",
        "select `odd;name` from t",
        'select "a;""b"',
        "select 1 -- not; here\n + 1",
        "select 1 # nor; here\n + 1",
        "select /* nor; here */ 2--1",
        "/*!40101 SET NAMES utf8mb4 */",
        "/*!50003 CREATE*/ /*!50003 VIEW v AS SELECT ';' */",
    ],
)
def test_semicolons_within_do_not_cut(tmp_path, piece):
    """Quotes and comments keep their semicolons; a comment that is run is a statement."""
    assert statements(tmp_path, f"{piece};\nselect 2") == [(1, piece), (piece.count("\n") + 2, "select 2")]


def test_delimiter_is_obeyed(tmp_path):
    """The body of a procedure keeps its semicolons, as with the command line."""
    body = "create procedure p() begin select 1; select 2; end"
    text = f"select 0;\nDELIMITER $$\n{body}$$\n-- done\ndelimiter ;\nselect 3;"

    assert statements(tmp_path, text) == [(1, "select 0"), (3, body), (6, "select 3")]
