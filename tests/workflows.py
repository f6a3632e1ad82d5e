"""Executes a job of a GitHub workflow step by step, as its YAML says, without GitHub.

`run:` goes to bash as the runner gives it (actions/runner: `ScriptHandlerHelpers.cs`), with files
for outputs, variables, the path and the summary; local actions of several steps are entered. Of the
actions on GitHub, those in `KNOWN` do nothing here; what `actions/upload-artifact` would upload is
looked for. Whatever else a workflow says is an error: nothing is taken for tried that was not.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from github_runner import Runner, pairs, summary_shown
from workflow_expressions import Context, Status, condition, filled

KNOWN = ("actions/checkout@", "actions/setup-python@")
UPLOAD = "actions/upload-artifact@"
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory"}
SHELLS = {
    "": ["bash", "-e"],
    "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
}
SIGINT_SECONDS, SIGTERM_SECONDS = 7.5, 2.5
"""After the first signal of a cancelled job comes the second, then the end: `ProcessInvoker.cs`."""


@dataclass
class Done:
    """A step that is over."""

    name: str
    outcome: str
    code: int | None = None
    runner: Runner = field(default_factory=Runner)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str | None = ""

    @property
    def log(self) -> str:
        return "\n".join(self.runner.log)


@dataclass
class Job:
    """A job under way. `cancel_at` is told each line, and says when somebody cancels the job."""

    workspace: Path
    environ: dict[str, str]
    matrix: Mapping[str, str] = field(default_factory=dict)
    cancel_at: Callable[[str], bool] = lambda line: False
    steps: list[Done] = field(default_factory=list)
    uploads: dict[str, list[str]] = field(default_factory=dict)
    masks: list[str] = field(default_factory=list)
    cancelled: bool = False

    def run(self, workflow: Path, job: str) -> list[Done]:
        """Execute the job of this name; the list of what became of its steps."""
        whole = read(workflow)
        told = whole["jobs"][job]
        assert set(told) <= {"runs-on", "timeout-minutes", "strategy", "steps"}, told
        assert set(self.matrix) == set(told.get("strategy", {}).get("matrix", {}))
        index = {"strategy": {"job-index": 0}, "matrix": self.matrix}
        self._sequence(told["steps"], index, "", Status())
        return self.steps

    def named(self, name: str) -> Done:
        return next(step for step in self.steps if step.name == name)

    def _sequence(
        self, steps: list[dict[str, Any]], context: Context, default: str, status: Status
    ) -> tuple[bool, dict[str, Any]]:
        """Run steps; whether one of them failed, and what is known of those with an id."""
        known: dict[str, Any] = {}
        failed = status.failed
        for step in steps:
            assert set(step) <= STEP_KEYS, step
            now = Status(failed, self.cancelled)
            seen = {**context, "steps": known}
            done = Done(step.get("name") or step.get("uses") or step["run"], "skipped")
            if condition(step.get("if", "success()"), seen, now):
                done = self._step(step, done, seen, default, now)
            self.steps.append(done)
            failed = failed or done.outcome == "failure"
            if "id" in step:
                known[step["id"]] = {"outputs": done.outputs, "outcome": done.outcome}
        return failed, known

    def _step(
        self, step: dict[str, Any], done: Done, context: Context, default: str, status: Status
    ) -> Done:
        if "run" in step:
            self._script(step, done, context, default, status)
        elif step["uses"].startswith(UPLOAD):
            self._upload(step["with"], done, context, status)
        elif step["uses"].startswith("./"):
            self._action(step, done, context, status)
        else:
            assert step["uses"].startswith(KNOWN), f"unknown action: {step['uses']}"
            done.outcome = "success"
        return done

    def _action(self, step: dict[str, Any], done: Done, context: Context, status: Status) -> None:
        told = read(self.workspace / step["uses"] / "action.yml")
        assert told["runs"]["using"] == "composite"
        given = {k: filled(v, context, status) for k, v in step.get("with", {}).items()}
        assert set(given) <= set(told["inputs"]), f"unexpected inputs: {given}"
        missing = [k for k, v in told["inputs"].items() if v.get("required") and k not in given]
        assert not missing, f"inputs are missing: {missing}"
        inputs = {k: given.get(k, str(v.get("default", ""))) for k, v in told["inputs"].items()}
        assert all("shell" in one for one in told["runs"]["steps"] if "run" in one)
        failed, known = self._sequence(told["runs"]["steps"], {"inputs": inputs}, "none", Status())
        inner = {"inputs": inputs, "steps": known}
        done.outputs = {
            name: filled(one["value"], inner, status) for name, one in told["outputs"].items()
        }
        done.outcome = "failure" if failed else "success"

    def _upload(self, given: Mapping[str, str], done: Done, context: Context, now: Status) -> None:
        assert set(given) == {"name", "path"}
        name, path = (filled(given[key], context, now) for key in ("name", "path"))
        assert not set('":<>|*?\\/\r\n') & set(name), f"not the name of an artifact: {name}"
        assert name not in self.uploads, f"there is an artifact {name} already"
        folder = self.workspace / path
        files = [one for one in folder.rglob("*") if one.is_file()]
        self.uploads[name] = sorted(str(one.relative_to(folder)) for one in files)
        done.outcome = "success"

    def _script(
        self, step: dict[str, Any], done: Done, context: Context, default: str, status: Status
    ) -> None:
        files = {
            f"GITHUB_{name}": self.workspace.parent / f"{name.lower()}_{len(self.steps)}"
            for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")
        }
        script = self.workspace.parent / f"script_{len(self.steps)}.sh"
        script.write_text(filled(step["run"], context, status))
        for file in files.values():
            file.touch()
        env = {k: filled(v, context, status) for k, v in step.get("env", {}).items()}
        folder = filled(step.get("working-directory", ""), context, status)
        done.runner.masks = self.masks
        done.code = self._bash(
            [*SHELLS[step.get("shell", default)], str(script)],
            self.environ | {k: str(v) for k, v in files.items()} | env,
            self.workspace / folder,
            done.runner,
        )
        done.outcome = "success" if done.code == 0 else "failure"
        done.outputs = pairs(files["GITHUB_OUTPUT"].read_text())
        self.environ |= pairs(files["GITHUB_ENV"].read_text())
        for line in files["GITHUB_PATH"].read_text().splitlines():
            self.environ["PATH"] = f"{line}:{self.environ['PATH']}"
        shown = summary_shown(files["GITHUB_STEP_SUMMARY"])
        done.summary = None if shown is None else done.runner.masked(shown)

    def _bash(self, argv: list[str], environ: dict[str, str], folder: Path, runner: Runner) -> int:
        with subprocess.Popen(
            argv,
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                runner.read(line.removesuffix("\n"))
                if not self.cancelled and self.cancel_at(line):
                    self.cancelled = True
                    return self._cancel(process, runner)
            return process.wait()

    def _cancel(self, process: subprocess.Popen[str], runner: Runner) -> int:
        """End a step as the runner does; what holds out longer is killed."""
        for number, seconds in ((signal.SIGINT, SIGINT_SECONDS), (signal.SIGTERM, SIGTERM_SECONDS)):
            process.send_signal(number)
            try:
                rest, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
            runner.read(rest.removesuffix("\n"))
            return process.returncode
        process.kill()
        return process.wait()


def read(path: Path) -> dict[str, Any]:
    """Read a workflow or an action; YAML 1.1 takes the key `on` for a truth."""
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in found.items()}


def runner_environ(workspace: Path, programs: Path, state: Path) -> dict[str, str]:
    """Return the variables of a step; `programs` are found first."""
    kept = {k: os.environ[k] for k in ("HOME", "LANG", "TMPDIR") if k in os.environ}
    return kept | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(workspace.parent),
        "XDG_STATE_HOME": str(state),
    }
