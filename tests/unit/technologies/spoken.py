"""Conversations held with a server that is a text."""

from __future__ import annotations

from orchestrator.model.conversation import Conversation, ReadExactly, ReadLine, Redial, Send


def speak(conversation: Conversation, answers: bytes) -> bytes:
    """Hold a conversation with a server that says `answers`; return what was said to it."""
    said, at = b"", 0
    try:
        exchange = next(conversation)
        while True:
            match exchange:
                case Send(data=data):
                    said += data
                    exchange = conversation.send(b"")
                case ReadLine():
                    end = answers.index(b"\r\n", at)
                    line, at = answers[at:end], end + 2
                    exchange = conversation.send(line)
                case ReadExactly(size=size):
                    piece, at = answers[at : at + size], at + size
                    exchange = conversation.send(piece)
                case Redial():
                    exchange = conversation.send(b"")
    except StopIteration:
        assert at == len(answers), f"not read: {answers[at:]!r}"
        return said
