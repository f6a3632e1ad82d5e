"""`greenroom check --seeds` with real databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FILES = {
    "environment.yaml": """
databases:
  ledger: {use: postgres, seed: [schema.sql, accounts.csv, raise.sql, tokens.sql]}
""",
    "schema.sql": """
create table accounts (id text primary key, balance integer, opened timestamptz default now());
create table if not exists tokens (id serial, value uuid);
""",
    "accounts.csv": "id,balance\nalice,100\nbob,20\n",
    "raise.sql": "update accounts set balance = balance + 1;",
    "tokens.sql": "insert into tokens (value) values (gen_random_uuid());",
}

TOLD = """
ledger: not repeatable: accounts.csv makes other data each time, in accounts.opened
ledger: not repeatable: tokens.sql makes other data each time, in tokens.value
ledger: once only: schema.sql fails a second time: schema.sql:2: ERROR:  relation "accounts" already
ledger: once only: accounts.csv fails a second time: accounts.csv:2: ERROR:  duplicate key value
ledger: once only: raise.sql changes data a second time, in accounts.balance
ledger: once only: tokens.sql changes data a second time, in tokens.id, tokens.value
ledger: order: accounts.csv has to come after schema.sql: accounts.csv: ERROR:  relation "accounts"
ledger: order: raise.sql has to come after accounts.csv: the other way round there is other data, in
ledger: order: tokens.sql has to come after schema.sql: tokens.sql:1: ERROR:  relation "tokens" does
""".strip().splitlines()


def test_what_is_found_out(each_engine: str, tmp_path: Path, live_environ: dict[str, str]) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "orchestrator", "check", "--seeds"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=live_environ, capture_output=True, text=True, timeout=600
    )
    assert ended.returncode == 65, ended.stderr
    first, *told = ended.stdout.splitlines()
    assert first.endswith("no mistakes; it starts ledger")
    assert [line[: len(wanted)] for line, wanted in zip(told, TOLD, strict=True)] == TOLD
