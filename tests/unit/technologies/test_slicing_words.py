"""What servers are told about slices, as text, and what is made of their refusals."""

from __future__ import annotations

import pytest

from orchestrator.model.technology import (
    Conversation,
    Credentials,
    ReadExactly,
    ReadLine,
    Seeded,
    Send,
    SliceRefused,
)
from orchestrator.technologies import BUILT_IN, postgres_state, redis_slices

SHARED = Seeded(Credentials("me", "pw", "ledger"), ("ledger", 'o"dd'))
SLICES = [Credentials("me", "pw", "ledger__s1"), Credentials("me", "pw", "ledger__s2")]


def speak(conversation: Conversation, *answers: bytes) -> bytes:
    """Hold a conversation with a server that gives these lines; return what was said to it."""
    said, lines = b"", list(answers)
    try:
        exchange = next(conversation)
        while True:
            match exchange:
                case Send(data=data):
                    said += data
                    exchange = conversation.send(b"")
                case ReadLine():
                    exchange = conversation.send(lines.pop(0))
                case ReadExactly(size=size):
                    assert len(lines[0]) + 2 == size
                    exchange = conversation.send(lines.pop(0) + b"\r\n")
    except StopIteration:
        assert lines == [], "not read"
        return said


DONE = postgres_state.DONE


def statements(conversation: Conversation, times: int) -> list[str]:
    said = speak(conversation, *[DONE] * times).decode()
    return [line for line in said.splitlines() if not line.startswith("\\echo")]


class TestPostgres:
    def test_the_template_of_each_database_can_be_joined_by_nobody(self) -> None:
        said = statements(postgres_state.template(SHARED), 2)
        assert said[1:3] == [
            'CREATE DATABASE "ledger__template" TEMPLATE "ledger" :strategy;',
            'ALTER DATABASE "ledger__template" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;',
        ]
        assert "datname = 'ledger'" in said[0]
        assert said[4].startswith('CREATE DATABASE "o""dd__template" TEMPLATE "o""dd"')

    def test_slices_are_made_one_after_the_other_in_the_place_of_remainders(self) -> None:
        assert statements(postgres_state.make(SHARED, SLICES), 2) == [
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

    def test_a_reset_makes_every_database_again(self) -> None:
        said = statements(postgres_state.reset(SHARED), 2)
        assert said[0] == 'DROP DATABASE IF EXISTS "ledger" WITH (FORCE);'
        assert said[1] == 'CREATE DATABASE "ledger" TEMPLATE "ledger__template" :strategy;'
        assert said[3] == 'CREATE DATABASE "o""dd" TEMPLATE "o""dd__template" :strategy;'

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
