"""Files of SQL for PostgreSQL, cut into statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.backing.tenants.postgres_sql import postgres_statements
from integrity.errors import UnitFault

PIECES = (
    "select 1",
    "select ';', 'it''s;'",
    r"select E'a\';b', 'c\'",
    'create table "odd;""name" (i int)',
    "create function f() returns int language sql as $$ select 1; $$",
    "do $body$ begin perform $$;$$; end $body$",
    "create function g() returns int begin atomic select 1; select case when true then 2 end; end",
    "create rule r as on insert to t do also (delete from a; delete from b)",
    "select 1 -- not; here\n + 1",
    "select /* nor; /* here; */ ; */ 2",
    "select a$b$, 1 as c$b$",
)


def statements(tmp_path, text):
    path = tmp_path / "file.sql"
    path.write_text(text, encoding="utf-8")
    return [(each.line, each.text) for each in postgres_statements(path)]


@pytest.mark.parametrize("piece", PIECES)
def test_semicolons_within_do_not_cut(tmp_path, piece):
    """Quotes, bodies, brackets and comments keep their semicolons."""
    assert statements(tmp_path, f"{piece};\nselect 2") == [(1, piece), (piece.count("\n") + 2, "select 2")]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=6))
def test_statements_joined_are_cut_again(tmp_path_factory, pieces):
    """Whatever stands beside it, each statement comes out as it went in."""
    text = ";\n".join(pieces)

    assert [each for _, each in statements(tmp_path_factory.mktemp("sql"), text)] == pieces


def test_lines_are_those_of_the_file(tmp_path):
    """Comments and empty lines before a statement are not its own; empty statements are none."""
    text = "-- head\n\n/* more\n */ select 1;;\n;\n\n  select\n 2;\n-- end\n"

    assert statements(tmp_path, text) == [(4, "select 1"), (7, "select\n 2")]


def test_marks_of_pg_dump_are_passed_over(tmp_path):
    """What pg_dump writes around its output is for psql only."""
    text = "\\restrict abc\nSET x = 1;\n\\unrestrict abc\n"

    assert statements(tmp_path, text) == [(2, "SET x = 1")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("select 1;\n\\connect other\n", 2, r"\connect is a command of psql"),
        ("select 1 \\gexec\n", 1, r"\gexec is a command of psql"),
        ("create table t (i int);\nCOPY public.t (i) FROM stdin;\n1\n'\n\\.\n", 2, "COPY … FROM stdin"),
    ],
)
def test_what_only_psql_understands_is_an_error(tmp_path, text, line, words):
    """File, line, and the way to write a file without it."""
    with pytest.raises(UnitFault) as raised:
        statements(tmp_path, text)

    assert raised.value.message.startswith(f"{tmp_path / 'file.sql'}:{line}: {words}")
    assert "pg_dump --inserts" in raised.value.hint


def test_text_that_is_no_utf8_is_an_error(tmp_path):
    """A file in another encoding is refused rather than misread; a mark at the start is no part of it."""
    path = tmp_path / "file.sql"
    path.write_bytes(b"select '\xe4'")
    with pytest.raises(UnitFault, match="can't be read as SQL"):
        postgres_statements(path)

    path.write_bytes(b"\xef\xbb\xbfselect 1")
    assert [each.text for each in postgres_statements(path)] == ["select 1"]
