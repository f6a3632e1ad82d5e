"""What a database of Postgres holds, in a form that is the same wherever it was put in.

Rows have no order, so that their digests are sorted. Of sequences nobody can say how far they are:
a transaction that was rolled back leaves a gap.
"""

from __future__ import annotations

from orchestrator.model.technology import Content

# What psql reads behind `\gexec` are the queries that the query before it has made: one for each
# table, and one for each column, so that the column that differs has a name.
QUERIES = r"""
select format(
  'select %L, md5(coalesce(string_agg(digest, '''' order by digest), ''''))'
  ' from (select md5(row_to_json(t)::text) collate "C" as digest from only %s as t) as rows',
  class.oid::regclass::text, class.oid::regclass)
from pg_class as class join pg_namespace as space on space.oid = class.relnamespace
where class.relkind = 'r' and space.nspname !~ '^pg_' and space.nspname <> 'information_schema'
\gexec
select format(
  'select %L, md5(coalesce(string_agg(digest, '''' order by digest), ''''))'
  ' from (select md5(%I::text) collate "C" as digest from only %s) as rows',
  class.oid::regclass || '.' || attname, attname, class.oid::regclass)
from pg_class as class join pg_namespace as space on space.oid = class.relnamespace
join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
where class.relkind = 'r' and space.nspname !~ '^pg_' and space.nspname <> 'information_schema'
\gexec
"""


def look(database: str) -> tuple[str, ...]:
    """Return the command that prints each table and each column with a digest."""
    return (
        *("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--tuples-only"),
        *("--no-align", "--field-separator=\t", "--dbname", database, "--file", "-"),
    )


CONTENT = Content(look, QUERIES.encode())
