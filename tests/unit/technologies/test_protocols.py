"""What technologies say to servers, compared byte by byte with what the protocols ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest
from spoken import speak

from orchestrator.model.conversation import Credentials, SeedRefused
from orchestrator.model.loader import SeedHead
from orchestrator.model.probe import Dialogue, Http
from orchestrator.technologies import BUILT_IN
from orchestrator.technologies.parts import (
    inserts,
    mariadb_seeds,
    nats_seeds,
    postgres_ready,
    postgres_seeds,
    redis_seeds,
)
from orchestrator.technologies.parts.lines import numbered_lines

COPY_ORDERS = 'COPY "sales"."orders" ("a ""b""", "c,d") FROM STDIN WITH (FORMAT csv, HEADER true)'
CREDENTIALS = Credentials("me", "pw", "db")


class TestLines:
    @pytest.mark.parametrize(
        ("summary", "chunks", "expected"),
        [
            ("nothing", [], []),
            ("no end at the end", [b"a\nb"], [(1, b"a"), (2, b"b")]),
            ("an end at the end", [b"a\nb\n"], [(1, b"a"), (2, b"b")]),
            ("a line over several chunks", [b"a", b"b\nc", b"d\n"], [(1, b"ab"), (2, b"cd")]),
            ("ends of Windows, cut between", [b"a\r", b"\nb\r\n"], [(1, b"a"), (2, b"b")]),
            ("empty lines count", [b"\n\na"], [(1, b""), (2, b""), (3, b"a")]),
        ],
    )
    def test_numbered(
        self, summary: str, chunks: Iterable[bytes], expected: list[tuple[int, bytes]]
    ) -> None:
        assert list(numbered_lines(iter(chunks))) == expected, summary


class TestPostgres:
    def test_the_probe_is_a_startup_message_of_protocol_3(self) -> None:
        probe = postgres_ready.readiness("me", "ledger").probe
        assert isinstance(probe, Dialogue)
        sent = str(probe.send).encode("latin-1")
        assert sent == b"\0\0\0\x21\0\x03\0\0user\0me\0database\0ledger\0\0"

    def test_names_beyond_ascii_survive(self) -> None:
        probe = postgres_ready.readiness("müller", "db").probe
        assert isinstance(probe, Dialogue)
        assert "müller".encode() in str(probe.send).encode("latin-1")

    @pytest.mark.parametrize(
        ("summary", "head", "expected"),
        [
            (
                "columns as the header names them",
                SeedHead("accounts", "id,owner"),
                'COPY "accounts" ("id", "owner") FROM STDIN WITH (FORMAT csv, HEADER true)',
            ),
            (
                "a schema, quotes, a comma in a name, a byte order mark",
                SeedHead("sales.orders", '\ufeff"a ""b""","c,d"'),
                COPY_ORDERS,
            ),
        ],
    )
    def test_rows_are_copied(self, summary: str, head: SeedHead, expected: str) -> None:
        assert postgres_seeds.copy_rows(head)[-1] == expected, summary

    def test_scripts_stop_at_the_first_error(self) -> None:
        assert "--set=ON_ERROR_STOP=1" in postgres_seeds.run_script(SeedHead("schema"))


class TestMariaDB:
    @pytest.mark.parametrize(
        ("summary", "packet", "counts"),
        [
            ("a greeting", b"\x5a\0\0\0\x0a5.5.5-10.11\0", True),
            ("one whose length looks like the end of a line", b"\x0a\0\0\0\x0a8.4.0\0", True),
            ("too many connections", b"\x17\0\0\0\xff\x10\x04Too many connections", False),
            ("a beginning", b"\x5a\0\0\0", False),
            ("an old protocol", b"\x5a\0\0\0\x093.23", False),
        ],
    )
    def test_a_greeting_counts_and_an_error_does_not(
        self, summary: str, packet: bytes, counts: bool
    ) -> None:
        assert bool(re.search(mariadb_seeds.HANDSHAKE, packet)) is counts, summary

    def test_rows_become_statements_on_their_own_lines(self) -> None:
        chunks = [b'id,"a`b"\n1,"x\n', b"y\"\n2,\n3,it's \\\n"]
        said = b"".join(inserts.insert_rows(SeedHead("s.t"), iter(chunks))).decode().split("\n")
        assert said[0].endswith("START TRANSACTION;")
        insert = "INSERT INTO `s`.`t` (`id`, `a``b`) VALUES"
        assert said[1:] == [
            f"{insert} ('1', 'x\\ny');",
            "",
            f"{insert} ('2', NULL);",
            f"{insert} ('3', 'it\\'s \\\\');",
            "COMMIT;",
        ]

    @pytest.mark.parametrize(
        ("summary", "name", "taken"),
        [
            ("any text", "a b.c-d", True),
            ("one letter", "a", True),
            ("as long as can be", "a" * 64, True),
            ("too long", "a" * 65, False),
            ("the server's own", "mysql", False),
            ("the server's own, whatever the case", "Information_Schema", False),
            ("one that only begins like it", "mysql_shop", True),
            ("what the image would end its quotes at", "a`b", False),
            ("a space at the end", "a ", False),
            ("beyond ASCII", "ä", False),
        ],
    )
    def test_names_of_databases(self, summary: str, name: str, taken: bool) -> None:
        assert bool(re.fullmatch(mariadb_seeds.DATABASE[0], name)) is taken, summary

    @pytest.mark.parametrize(
        ("form", "text", "taken"),
        [
            (mariadb_seeds.USER, "greenroom", True),
            (mariadb_seeds.USER, "root", False),
            (mariadb_seeds.USER, "rooted", True),
            (mariadb_seeds.USER, "it's", False),
            (mariadb_seeds.USER, "a" * 33, False),
            (mariadb_seeds.PASSWORD, "p4$$ (w)#", True),
            (mariadb_seeds.PASSWORD, "-n", False),
            (mariadb_seeds.PASSWORD, 'a"b', False),
            (mariadb_seeds.PASSWORD, "a\\b", False),
        ],
    )
    def test_users_and_passwords(self, form: tuple[str, str], text: str, taken: bool) -> None:
        assert bool(re.fullmatch(form[0], text)) is taken

    def test_no_password_stands_in_an_argument(self) -> None:
        for technology in (BUILT_IN["mariadb"], BUILT_IN["mysql"]):
            words = (*(technology.command or ()), *technology.client)
            assert not [word for word in words if "password" in word]


class TestRedis:
    def test_commands_go_out_as_typed_and_replies_are_read_however_nested(self) -> None:
        seed = [b'# a comment\n\nSET greeting "hello world"\nLRANGE', b" list 0 -1\nGET none\n"]
        answers = b"+OK\r\n+OK\r\n+OK\r\n*2\r\n$1\r\na\r\n*1\r\n:3\r\n$-1\r\n"
        said = speak(redis_seeds.talk(iter(seed), CREDENTIALS), answers)
        assert said == (
            b"*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$2\r\npw\r\nSELECT db\r\n"
            b'SET greeting "hello world"\r\nLRANGE list 0 -1\r\nGET none\r\n'
        )

    def test_a_refused_command_is_told_with_its_line(self) -> None:
        answers = b"+OK\r\n+OK\r\n+OK\r\n-ERR unknown command 'SETT'\r\n"
        with pytest.raises(SeedRefused, match="unknown command 'SETT'") as refused:
            speak(redis_seeds.talk(iter([b"SET a 1\n\nSETT b 2\n"]), CREDENTIALS), answers)
        assert refused.value.line == 3

    def test_many_commands_go_out_in_batches(self) -> None:
        count = redis_seeds.BATCH + 1
        said = speak(
            redis_seeds.talk(iter([b"PING\n" * count]), CREDENTIALS), b"+OK\r\n" * (count + 2)
        )
        assert said.count(b"PING\r\n") == count


class TestNats:
    INFO = b'INFO {"jetstream":true}\r\n'

    @staticmethod
    def message(answer: object) -> bytes:
        body = json.dumps(answer).encode()
        return b"MSG _INBOX.greenroom 1 %d\r\n%s\r\n" % (len(body), body)

    def test_each_stream_is_made_as_written(self) -> None:
        seed = b"streams:\n  - {name: PAYMENTS, subjects: ['payments.>'], storage: memory}\n"
        answers = self.INFO + b"PING\r\n" + self.message({"config": {}})
        said = speak(nats_seeds.talk(iter([seed]), CREDENTIALS), answers)
        body = b'{"name": "PAYMENTS", "subjects": ["payments.>"], "storage": "memory"}'
        assert b'CONNECT {"verbose": false, "user": "me", "pass": "pw"}\r\n' in said
        assert b"PUB $JS.API.STREAM.CREATE.PAYMENTS _INBOX.greenroom %d\r\n" % len(body) in said
        assert said.endswith(body + b"\r\nPONG\r\n")

    def test_a_refused_stream_is_told_with_its_line(self) -> None:
        seed = b"# streams\nstreams:\n  - name: A\n  - name: B\n    subjects: [b]\n"
        refusal = {"error": {"code": 400, "description": "subjects overlap"}}
        answers = self.INFO + self.message({}) + self.message(refusal)
        with pytest.raises(SeedRefused, match="stream B: subjects overlap") as refused:
            speak(nats_seeds.talk(iter([seed]), CREDENTIALS), answers)
        assert refused.value.line == 4

    @pytest.mark.parametrize(
        ("summary", "seed", "line", "words"),
        [
            ("no list", b"streams: 3\n", 1, "expected `streams:` with a list"),
            ("another key", b"queues: []\n", 1, "expected `streams:` with a list"),
            ("nothing", b"", 1, "expected `streams:` with a list"),
            ("no name", b"streams:\n- {subjects: [a]}\n", 2, "a stream needs a `name`"),
            ("no mapping", b"streams:\n- 3\n", 2, "a stream needs a `name`"),
            ("no YAML", b"streams:\n- [a\n", 2, "not YAML"),
        ],
    )
    def test_a_file_that_is_none(self, summary: str, seed: bytes, line: int, words: str) -> None:
        with pytest.raises(SeedRefused, match=words) as refused:
            nats_seeds.read_streams(seed)
        assert refused.value.line == line, summary


@pytest.mark.parametrize("technology", BUILT_IN.values(), ids=list(BUILT_IN))
def test_every_technology_is_complete(technology: object) -> None:
    from orchestrator.model.technology import Technology

    assert isinstance(technology, Technology)
    assert technology.seeds, "it can be seeded by a file"
    assert technology.client, "it has something that `greenroom shell` opens"
    assert "${self.host}:${self.port}" in technology.url
    readiness = technology.readiness("user", "database")
    assert isinstance(readiness.probe, Dialogue | Http), "readiness is proven from the tests' side"
