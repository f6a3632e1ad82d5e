"""All that a CI system is told of one run, as one text; what cannot be seen is spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ci_records import FOLDER, HERE, ROOT, SECRETS

from orchestrator.artifacts.record import Record
from orchestrator.ci.tongues import Append, Call, Deed, Say, Tongue, tongue_of
from orchestrator.ci.tongues.github import GitHub

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "github": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": ROOT,
        "GITHUB_OUTPUT": "/runner/output",
        "GITHUB_STEP_SUMMARY": "/runner/summary",
    },
    "gitlab": {
        "GITLAB_CI": "true",
        "CI_JOB_URL": "https://gitlab.example/shop/-/jobs/7",
        "CI_PROJECT_DIR": ROOT,
    },
    "buildkite": {
        "BUILDKITE": "true",
        "BUILDKITE_STEP_KEY": "integration",
        "BUILDKITE_AGENT_JOB_API_SOCKET": "/run/job.sock",
    },
    "azure": {"TF_BUILD": "True"},
    "teamcity": {"TEAMCITY_VERSION": "2025.07"},
    "": {},
}


def tongue(system: str) -> Tongue:
    found = tongue_of(VARIABLES[system], HERE)
    if isinstance(found, GitHub):
        tokens = iter(f"TOKEN{number}" for number in range(1, 100))
        found.token = lambda: next(tokens)
    return found


def told(system: str, record: Record) -> str:
    """Return what is written when the environment comes up and the tests have run."""
    speaking = tongue(system)
    lines = [
        *speaking.open("Starting the environment", 1000.2),
        *performed(speaking.hide(SECRETS)),
        *map(speaking.quoted, ["  0.40s  ledger  started", "::error::not ours"]),
        *speaking.close(1004.9, well=not record.failures),
        *speaking.open("Running pytest", 1005.0, tests=True),
        "....F",
        *speaking.close(1012.0),
        *performed(speaking.tell(record, FOLDER, "THE SUMMARY\n")),
    ]
    return visible("".join(f"{line}\n" for line in lines))


def performed(deeds: Iterable[Deed]) -> Iterable[str]:
    for deed in deeds:
        match deed:
            case Say(lines=lines):
                yield from lines
            case Append(path=path, text=text):
                yield from [f"> {path}", *text.splitlines()]
            case Call(argv=argv, stdin=text):
                yield from [f"$ {' '.join(argv)}", *(f"< {line}" for line in text.splitlines())]


def visible(text: str) -> str:
    return text.replace("\x1b", "<ESC>").replace("\r", "<CR>")
