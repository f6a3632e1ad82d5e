"""The live display of a terminal: one line for each resource, overwritten as things happen."""

from __future__ import annotations

import threading
import time
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from orchestrator.model.event import (
    Event,
    ImagesDone,
    ImagesWanted,
    InstanceDied,
    RunCompared,
    RunKept,
    RunReady,
    RunRemoved,
    RunStarted,
    StepBroke,
    StepDone,
    StepStarted,
    StepStopped,
)
from orchestrator.model.printable import printable
from orchestrator.model.step_key import REMOVAL, verb
from orchestrator.render import words
from orchestrator.render.board import Board
from orchestrator.render.drawing import Drawing
from orchestrator.render.rows import rows

PER_SECOND = 12
"""How often the display is drawn anew."""

RESERVED = 4
"""Rows of the terminal that no line gets: the title, the program's own sentence, the cursor."""


class Terminal:
    """Shows the way up as a board, and the way down as one line that counts.

    Two locks, because rich draws from a thread of its own, with its own lock held: `_acting` is
    held while rich is told what to do, `_state` only while the board is read or changed.
    """

    def __init__(self, stream: TextIO, *, console: Console | None = None) -> None:
        self._console = console or Console(file=stream, highlight=False)
        self._drawing = Drawing(self._console)
        self._acting = threading.RLock()
        self._state = threading.Lock()
        self._board = Board()
        self._live: Live | None = None
        self._removing = self._removed = 0
        self._complete = False
        self._changing = False
        self._sentence = ""

    def show(self, event: Event) -> None:
        """Take an event in, and begin, change or end what is shown."""
        with self._acting:
            match event:
                case StepStarted(step=step) if self._is_removal(step):
                    self._remove()
                case StepDone(step=step) if self._is_removal(step):
                    self._removed += 1
                case _:
                    with self._state:
                        self._board.see(event)
                    self._turn(event)

    def say(self, text: str) -> None:
        """Show a sentence with the next drawing; where nothing is drawn, at once."""
        if self._live is None:
            self._console.file.write(text + "\n")
        else:
            self._sentence = text

    def close(self) -> None:
        """Leave the last drawing where it is."""
        with self._acting:
            self._end()

    def __rich__(self) -> Text:
        """Return the present drawing, for rich to show."""
        with self._state:
            drawn = self._counting() if self._removing else self._lines()
        if self._sentence:
            drawn.append(Text(self._sentence))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(drawn)

    def _lines(self) -> list[Text]:
        now = time.time()
        room = None if self._complete else max(1, self._console.height - RESERVED)
        return self._drawing.board(self._board.title, rows(self._board, now, room), now)

    def _counting(self) -> list[Text]:
        return [Text(f"removing {self._removing}, of which {self._removed} are gone")]

    def _turn(self, event: Event) -> None:
        """Begin or end what is shown, where the event says so."""
        match event:
            case RunCompared():
                self._changing = True
            case StepBroke():
                self._changing = False
            case RunStarted(name=name, run=run):
                self._say_in_full(f"{name} · run {run}")
                self._begin()
            case ImagesWanted():
                self._complete = False
                self._begin()
            case RunReady() | ImagesDone():
                self._complete, self._changing = True, False
                self._end()
            case RunRemoved() | RunKept():
                self._end()
            case StepStopped():
                self._changing = False
                self._end()
                first, *rest = words.stopped(event)
                self._print([f"{words.about(event.subject, event.step)} {first}", *rest])
            case InstanceDied():
                self._print(words.died(event))
        self._print(words.whole(event))

    def _say_in_full(self, short: str) -> None:
        """Write a title that is wider than the terminal above the board, which gets a short one.

        It says where everything runs, and why there: nobody should have to guess the end of that.
        """
        if len(self._board.title) > self._console.width:
            self._print([self._board.title])
            self._board.title = short

    def _print(self, lines: list[str]) -> None:
        """Write lines above whatever is drawn."""
        for line in lines:
            self._console.print(Text(printable(line)))

    def _is_removal(self, step: str) -> bool:
        """Whether a step takes the environment down, and not only what is made anew."""
        return verb(step) in REMOVAL and not self._changing

    def _remove(self) -> None:
        """One more thing is being removed; the first one ends the way up."""
        if not self._removing:
            self._end()
        self._removing += 1
        if self._live is None:
            self._begin(transient=True)

    def _begin(self, *, transient: bool = False) -> None:
        self._live = Live(
            self,
            console=self._console,
            refresh_per_second=PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=transient,
        )
        self._live.start()

    def _end(self) -> None:
        """Stop drawing; a way up that did not come to its end shows what was stopped."""
        if self._live is None:
            return
        with self._state:
            if not self._complete:
                self._board.stop(time.time())
        live, self._live = self._live, None
        live.stop()
        self._removing = self._removed = 0
        self._complete, self._sentence = False, ""
