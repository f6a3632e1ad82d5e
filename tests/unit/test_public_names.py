"""What the package promises: its public names, and that asking for them stays cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

import orchestrator


def test_public_names() -> None:
    assert sorted(orchestrator.__all__) == [
        "EngineUnavailable",
        "Environment",
        "GreenroomError",
        "LockError",
        "ManifestError",
        "NotRemoved",
        "RunningResource",
        "ServiceDied",
        "StepFailed",
        "UsageError",
        "__version__",
    ]


@pytest.mark.parametrize("name", orchestrator.__all__)
def test_each_public_name_is_there(name: str) -> None:
    assert getattr(orchestrator, name)


def test_another_name_is_an_attribute_error_that_says_which() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Enviroment'"):
        _ = orchestrator.Enviroment


def test_every_error_has_an_exit_code_of_the_tree_s_drawing() -> None:
    from orchestrator import errors

    assert errors.__doc__ is not None
    drawn = {
        words[0]: words[1]
        for line in errors.__doc__.splitlines()
        if (words := line.replace("├──", "").replace("└──", "").replace("│", "").split())
        and len(words) > 1
        and hasattr(errors, words[0])
    }
    classes = {
        name: each
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, errors.GreenroomError)
    }
    assert drawn.keys() == classes.keys()
    for name, each in classes.items():
        assert drawn[name].split("/")[0] == str(each.exit_code), name


VERSION = """
import sys
from orchestrator.__main__ import main
sys.argv = ["greenroom", "--version"]
try:
    main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize(
    ("summary", "statement", "heavy"),
    [
        (
            "the package alone",
            "import orchestrator",
            ["docker", "pydantic", "rich", "typer", "yaml", "psutil", "tenacity"],
        ),
        (
            "the pytest plugin, which every pytest imports",
            "import orchestrator.pytest_plugin",
            ["docker", "pydantic", "rich", "typer", "yaml", "psutil", "tenacity"],
        ),
        (
            "the version",
            VERSION,
            ["docker", "pydantic", "rich", "typer", "yaml", "psutil", "tenacity", "asyncio"],
        ),
        (
            "an environment of processes only needs no engine's library",
            "import orchestrator.environment",
            ["docker", "rich", "typer"],
        ),
    ],
)
def test_heavy_imports_happen_only_when_they_are_needed(
    summary: str, statement: str, heavy: list[str]
) -> None:
    program = f"{statement}\nimport sys\nprint('\\n', *sorted(set({heavy}) & set(sys.modules)))"
    # The site's packages may import what they like in `.pth` files, before we come to our own.
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert child.stdout.splitlines()[-1].split() == [], summary
