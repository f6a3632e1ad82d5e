"""What servers are told about slices, as text, and what is made of their refusals."""

from __future__ import annotations

import pytest
import spoken

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    SliceRefused,
)
from orchestrator.model.slicing import Seeded
from orchestrator.technologies import BUILT_IN
from orchestrator.technologies.parts import nats_accounts as accounts
from orchestrator.technologies.parts import nats_keeping as kept
from orchestrator.technologies.parts import nats_requests as requests
from orchestrator.technologies.parts import nats_seeded as seeded
from orchestrator.technologies.parts import postgres_state, rabbitmq_slices, redis_slices
from orchestrator.technologies.parts.nats_requests import Request

SHARED = Seeded(Credentials("me", "pw", "ledger"), ("ledger", 'o"dd'))
SLICES = [Credentials("me", "pw", "ledger__s1"), Credentials("me", "pw", "ledger__s2")]


def speak(conversation: Conversation, *answers: bytes) -> bytes:
    """Hold a conversation with a server that gives these lines; return what was said to it."""
    return spoken.speak(conversation, b"".join(line + b"\r\n" for line in answers))


DONE = postgres_state.DONE


def statements(conversation: Conversation, times: int) -> list[str]:
    """What is said, without the words for the end and the blocks that end sessions."""
    said = speak(conversation, *[DONE] * times).decode()
    lines = (line for line in said.splitlines() if not line.startswith("\\echo"))
    text, block = list[str](), False
    for line in lines:
        block = block or line.startswith("DO '")
        if not block:
            text.append(line)
        block = block and line != "';"
    return text


def disconnected(conversation: Conversation, times: int) -> list[str]:
    """The databases whose sessions are ended, one text for each block."""
    said = speak(conversation, *[DONE] * times).decode()
    blocks = said.split("PERFORM pg_terminate_backend")[1:]
    return [block.partition("datname IN (")[2].partition(")")[0] for block in blocks]


class TestPostgres:
    def test_the_template_of_each_database_can_be_joined_by_nobody(self) -> None:
        assert statements(postgres_state.template(SHARED), 2) == [
            (
                "SELECT 'ALTER DATABASE \"ledger__template\" WITH IS_TEMPLATE false'"
                " FROM pg_database WHERE datname = 'ledger__template' \\gexec"
            ),
            'DROP DATABASE IF EXISTS "ledger__template" WITH (FORCE);',
            'CREATE DATABASE "ledger__template" TEMPLATE "ledger" :strategy;',
            'ALTER DATABASE "ledger__template" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;',
            (
                'SELECT \'ALTER DATABASE "o""dd__template" WITH IS_TEMPLATE false\''
                " FROM pg_database WHERE datname = 'o\"dd__template' \\gexec"
            ),
            'DROP DATABASE IF EXISTS "o""dd__template" WITH (FORCE);',
            'CREATE DATABASE "o""dd__template" TEMPLATE "o""dd" :strategy;',
            'ALTER DATABASE "o""dd__template" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;',
        ]
        assert disconnected(postgres_state.template(SHARED), 2) == ["''ledger''", "''o\"dd''"]

    def test_slices_are_made_one_after_the_other_in_the_place_of_remainders(self) -> None:
        assert statements(postgres_state.make(SHARED, SLICES), 1) == [
            'DROP DATABASE IF EXISTS "ledger__s1" WITH (FORCE);',
            'CREATE DATABASE "ledger__s1" TEMPLATE "ledger__template" :strategy;',
            'DROP DATABASE IF EXISTS "ledger__s2" WITH (FORCE);',
            'CREATE DATABASE "ledger__s2" TEMPLATE "ledger__template" :strategy;',
        ]

    def test_all_are_dropped_in_one_round_trip(self) -> None:
        assert statements(postgres_state.drop(SHARED, SLICES), 1) == [
            'DROP DATABASE IF EXISTS "ledger__s1" WITH (FORCE);',
            'DROP DATABASE IF EXISTS "ledger__s2" WITH (FORCE);',
        ]
        ended = disconnected(postgres_state.drop(SHARED, SLICES), 1)
        assert ended == ["''ledger__s1'', ''ledger__s2''"]

    def test_a_reset_makes_every_database_again(self) -> None:
        assert statements(postgres_state.reset(SHARED), 2) == [
            'DROP DATABASE IF EXISTS "ledger" WITH (FORCE);',
            'CREATE DATABASE "ledger" TEMPLATE "ledger__template" :strategy;',
            'DROP DATABASE IF EXISTS "o""dd" WITH (FORCE);',
            'CREATE DATABASE "o""dd" TEMPLATE "o""dd__template" :strategy;',
        ]
        assert disconnected(postgres_state.reset(SHARED), 2) == ["''ledger''", "''o\"dd''"]

    def test_what_is_refused_is_told_in_the_server_s_words(self) -> None:
        words = [b"NOTICE:  hello", b"ERROR:  no space left", b"DETAIL:  really"]
        with pytest.raises(SliceRefused, match="ERROR:  no space left\nDETAIL:  really"):
            speak(postgres_state.make(SHARED, SLICES[:1]), *words, DONE)

    def test_what_is_no_error_is_none(self) -> None:
        speak(postgres_state.drop(SHARED, SLICES), b"NOTICE:  it is not there", DONE)

    @pytest.mark.parametrize("name", ["ledger", "a" * 63, "ü" * 31])
    def test_names_are_never_longer_than_a_server_takes(self, name: str) -> None:
        shared = Credentials("me", "pw", name)
        longest = postgres_state.access(shared, postgres_state.SLICING.most)
        for made in (longest.database, postgres_state.template_of(name)):
            assert len(made.encode()) <= 63
        assert (longest.user, longest.password) == ("me", "pw")
        other = Credentials("me", "pw", f"{name[:-1]}_")
        assert postgres_state.access(other, 1) != postgres_state.access(shared, 1)
        one, two = (postgres_state.access(shared, number).database for number in (1, 2))
        assert one != two


def command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in parts)


class TestRedis:
    SHARED = Seeded(Credentials("default", "pw", "3"), ("3",))
    SLICES = (Credentials("default", "pw", "16"), Credentials("default", "pw", "17"))

    def test_slices_are_the_databases_after_those_that_a_manifest_can_name(self) -> None:
        made = [redis_slices.access(self.SHARED.access, number) for number in (1, 2)]
        assert made == list(self.SLICES)
        last = redis_slices.access(self.SHARED.access, redis_slices.MOST)
        assert int(last.database) == redis_slices.TEMPLATE - 1
        words = BUILT_IN["redis"].slicing
        assert words
        assert words.args == ("--databases", str(redis_slices.TEMPLATE + 1))

    def test_whoever_greets_logs_in(self) -> None:
        assert speak(redis_slices.greet(self.SHARED), b"+OK") == command("AUTH", "pw")

    @pytest.mark.parametrize(
        ("verb", "script", "databases"),
        [
            ("template", redis_slices.FILL, ["3", "1016"]),
            ("make", redis_slices.FILL, ["1016", "16", "17"]),
            ("drop", redis_slices.EMPTY, ["16", "17"]),
            ("reset", redis_slices.FILL, ["1016", "3"]),
        ],
    )
    def test_each_is_one_command(self, verb: str, script: str, databases: list[str]) -> None:
        speaking = getattr(redis_slices, verb)
        more = [self.SLICES] if verb in ("make", "drop") else []
        said = speak(speaking(self.SHARED, *more), b"+OK")
        assert said == command("EVAL", script, "0", *databases)

    def test_what_is_refused_is_told_in_the_server_s_words(self) -> None:
        with pytest.raises(SliceRefused, match="OOM command not allowed"):
            speak(redis_slices.make(self.SHARED, self.SLICES), b"-OOM command not allowed")

    def test_an_answer_of_several_lines_is_read_to_its_end(self) -> None:
        speak(redis_slices.drop(self.SHARED, self.SLICES), b"$5", b"hello")
        speak(redis_slices.drop(self.SHARED, self.SLICES), b"$-1")


class TestRabbitmq:
    @pytest.mark.parametrize(
        ("shared", "slice_", "template"),
        [
            ("/", "greenroom-s7", "greenroom-template"),
            ("orders", "orders-s7", "orders-template"),
        ],
    )
    def test_names(self, shared: str, slice_: str, template: str) -> None:
        access = rabbitmq_slices.access(Credentials("me", "pw", shared), 7)
        assert access == Credentials("me", "pw", slice_)
        assert rabbitmq_slices.template_of(shared) == template

    def test_names_are_never_longer_than_a_server_takes(self) -> None:
        shared = Credentials("me", "pw", "v" * 255)
        made = rabbitmq_slices.access(shared, rabbitmq_slices.MOST).database
        assert max(len(made), len(rabbitmq_slices.template_of(shared.database))) <= 255

    def test_no_name_gets_out_of_its_place(self) -> None:
        odd = Credentials("me", "pw", '">>, halt(). %')
        said = speak(rabbitmq_slices.drop(SHARED, [odd]), rabbitmq_slices.DONE).decode()
        assert odd.database not in said
        assert said.endswith(f"[<<{','.join(map(str, odd.database.encode()))}>>]), ok.\n")

    def test_what_is_refused_is_told_in_the_server_s_words(self) -> None:
        words = [b"{badrpc,", b"    nodedown}"]
        with pytest.raises(SliceRefused, match=r"\{badrpc,\n    nodedown\}"):
            speak(rabbitmq_slices.reset(SHARED), *words, rabbitmq_slices.DONE)


class TestNats:
    SHARED = Credentials("me", "pw", "")

    def test_every_slice_has_an_account_with_a_user_of_the_same_password(self) -> None:
        made = accounts.access(self.SHARED, accounts.MOST)
        assert made == Credentials("me-s250", "pw", "")
        assert accounts.account_of(self.SHARED, made) == "s250"
        for name, user in (("shared", ""), ("s1", "-s1"), ("s250", "-s250")):
            assert f'[{{user: "${{self.user}}{user}", password: $password}}]' in accounts.settings()
            assert f'{{service: {{account: {name}, subject: ">"}}, to: "{name}.>"}}' in (
                accounts.settings()
            )
        assert "s251" not in accounts.settings()

    def test_the_password_stands_once_in_the_settings(self) -> None:
        assert accounts.settings().count("self.password") == 1

    def test_a_request_that_was_kept_is_the_same_again(self) -> None:
        head = b"NATS/1.0\r\na: b\r\n\r\n"
        message = Request(f"{kept.PREFIX}2.{len(head)}.orders.new.1", head + b"hello")
        assert kept.number_of_group(message) == "2"
        assert kept.unpacked(message) == Request("orders.new.1", b"hello", head)

    @pytest.mark.parametrize(
        ("head", "left"),
        [
            (b"", b""),
            (b"NATS/1.0\r\nNats-Expected-Last-Sequence: 4\r\n\r\n", b""),
            (
                b"NATS/1.0\r\nNats-Msg-Id: 1\r\nnats-expected-stream: S\r\nx: y\r\n\r\n",
                b"NATS/1.0\r\nNats-Msg-Id: 1\r\nx: y\r\n\r\n",
            ),
        ],
    )
    def test_conditions_are_not_kept(self, head: bytes, left: bytes) -> None:
        assert seeded.conditionless(head) == left

    def test_replies_may_come_in_any_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests.secrets, "token_hex", lambda _: "x")
        answers = [b"MSG _INBOX.greenroom.x.1 1 7", b'{"b":2}', b"PING"]
        answers += [b"MSG _INBOX.greenroom.x.0 1 7", b'{"a":1}']
        found: list[dict[str, object]] = []

        def asking() -> Conversation:
            asked = [Request("a", b"A"), Request("b", b"B", b"NATS/1.0\r\n\r\n")]
            found.extend((yield from requests.ask(asked)))

        said = speak(asking(), *answers)
        assert found == [{"a": 1}, {"b": 2}]
        assert said == (
            b"SUB _INBOX.greenroom.x.* 1\r\n"
            b"PUB a _INBOX.greenroom.x.0 1\r\nA\r\n"
            b"HPUB b _INBOX.greenroom.x.1 12 13\r\nNATS/1.0\r\n\r\nB\r\n"
            b"PONG\r\nUNSUB 1\r\n"
        )

    @pytest.mark.parametrize("absent", [True, False])
    def test_an_error_is_told_in_the_server_s_words(self, *, absent: bool) -> None:
        full = {"error": {"err_code": 10023, "description": "insufficient resources"}}
        with pytest.raises(SliceRefused, match="insufficient resources"):
            requests.refuse_failure(full, absent=absent)

    def test_what_may_be_absent_is_no_error(self) -> None:
        gone = {"error": {"err_code": 10059, "description": "stream not found"}}
        requests.refuse_failure(gone, absent=True)
        with pytest.raises(SliceRefused, match="stream not found"):
            requests.refuse_failure(gone, absent=False)

    def test_who_is_not_let_in_is_told_so(self) -> None:
        with pytest.raises(SliceRefused, match="Authorization Violation"):
            speak(requests.log_in(self.SHARED), b"INFO {}", b"-ERR 'Authorization Violation'")
