"""What every technology promises, on a real server: ready, seeded, failing well, removed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from host_servers import chosen, need_programs, settings
from podman_engine import need_podman
from stand_ins import image_settings
from technology_case import Inside, TechnologyCase
from technology_cases import CASES

from orchestrator import Environment, StepFailed
from orchestrator.checking.holdings import difference, held
from orchestrator.errors import GreenroomError, ManifestError
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.survey import survey
from orchestrator.technologies import BUILT_IN
from orchestrator.waiting import Deadline, poll

Make = Callable[..., Environment]


def cells(cases: Mapping[str, TechnologyCase]) -> pytest.MarkDecorator:
    """Run a test with each of these on each engine that it runs on."""
    return pytest.mark.parametrize(
        ("case", "engine"),
        [
            pytest.param(case, *engine.values, id=f"{name}-{engine.values[0]}", marks=engine.marks)
            for name, case in cases.items()
            for engine in chosen()
            if engine.values[0] != "process" or BUILT_IN[case.name].native
        ],
    )


each = cells(CASES)

each_of_some = cells({name: case for name, case in CASES.items() if not case.short})
"""What is the same for all technologies need not be shown with all of them."""

each_bad_seed = cells(
    {
        f"{name}-{bad.name}": replace(case, bad=(bad,))
        for name, case in CASES.items()
        for bad in case.bad
    }
)


def test_every_built_in_technology_has_a_case() -> None:
    real = {name for name, technology in BUILT_IN.items() if not technology.untested}
    assert set(CASES) == real


@pytest.fixture(params=chosen())
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine that runs what every technology is."""
    name: str = request.param
    return name


@pytest.fixture
def live_environ(
    engine: str, live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment of live tests, in which Podman is led to where that is the engine."""
    there = need_podman() if engine == "podman" else {}
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    return live_environ | there


@pytest.fixture
def make(engine: str, tmp_path: Path, live_environ: dict[str, str]) -> Make:
    """Makes an environment of one resource on an engine, in a folder with these seed files."""

    def made(case: TechnologyCase, files: dict[str, bytes], **more: Any) -> Environment:
        need_programs(engine, case.use)
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        image = image_settings(engine, case.name)
        entry = {"use": case.use, **image, **case.settings, **more}
        manifest = {"name": "contract", **settings(engine), case.section: {"resource": entry}}
        return Environment.of(manifest, folder=tmp_path)

    return made


def inside(case: TechnologyCase, resource: RunningResource) -> Inside:
    """The address of a resource for what runs beside it."""
    if resource.engine.name == "process":
        return Inside(resource.host, resource.port)
    return Inside(resource.name, BUILT_IN[case.name].port)


@each
def test_ready_means_that_a_query_works_at_once_and_later_nothing_is_left(
    case: TechnologyCase, make: Make, live_environ: dict[str, str]
) -> None:
    with make(case, {}) as environment:
        resource, run = environment["resource"], environment.run
        assert case.hello(resource.url) is not None
        if BUILT_IN[case.name].has_users:
            refuses_wrong_passwords(case, resource)
        assert survey(live_environ, run).runs
    assert survey(live_environ, run).runs == ()


def refuses_wrong_passwords(case: TechnologyCase, resource: RunningResource) -> None:
    url, right = resource.url, resource.password
    for wrong in (url.replace(right, "wrong"), url.replace(f":{right}@", ":@")):
        with pytest.raises(Exception, match=r"(?i)auth|password|access|denied|refused|signature"):
            case.hello(wrong)


@each
def test_seeds_of_every_kind_arrive_in_order(case: TechnologyCase, make: Make) -> None:
    function = f"def fill(resource):\n{textwrap.indent(case.function.strip(), '    ')}\n"
    files = {**case.good, "load.py": function.encode(), "more.sh": case.script.encode()}
    seeds = [*case.good, "load.py:fill", "more.sh"]
    with make(case, files, seed=seeds) as environment:
        resource = environment["resource"]
        seen = case.seeded(getattr(resource, case.seen_at))
        assert seen == case.expected(inside(case, resource))


@each_bad_seed
def test_a_bad_seed_fails_with_its_place_and_the_server_s_words(
    case: TechnologyCase, make: Make, live_environ: dict[str, str]
) -> None:
    (bad,) = case.bad
    environment = make(case, {bad.name: bad.content}, seed=[bad.name])
    runs: list[str] = []
    environment._listen = lambda event: runs.append(getattr(event, "run", ""))
    with pytest.raises(GreenroomError, match=bad.words) as failed:
        environment.up()
    if isinstance(failed.value, ManifestError):
        assert not any(runs), "what is known beforehand is told before anything is started"
        return
    assert isinstance(failed.value, StepFailed)
    assert failed.value.step.startswith("seed resource ")
    assert failed.value.step.endswith(bad.name)
    (run,) = {run for run in runs if run}
    assert survey(live_environ, run).runs == (), "the failure left something"


@each_of_some
def test_a_function_s_failure_shows_the_line_that_failed(case: TechnologyCase, make: Make) -> None:
    source = b"def fill(resource):\n    raise ValueError(f'no {resource.host} today')\n"
    with pytest.raises(StepFailed, match=r"ValueError: no 127\.0\.0\.1 today") as failed:
        make(case, {"load.py": source}, seed=["load.py:fill"]).up()
    assert "load.py" in failed.value.message
    assert "line 2" in failed.value.message


def test_what_a_function_has_started_ends_with_it(make: Make, tmp_path: Path) -> None:
    source = (
        "import pathlib, subprocess\n"
        "def fill(resource):\n"
        "    child = subprocess.Popen(['sleep', '600'])\n"
        "    pathlib.Path('pid').write_text(str(child.pid))\n"
    )
    with make(CASES["nats"], {"load.py": source.encode()}, seed=["load.py:fill"]):
        pid = int((tmp_path / "pid").read_text())
        poll(lambda: not is_running(pid), Deadline.after(20))


WITH_CONTENT = [name for name, case in CASES.items() if BUILT_IN[name].content and not case.short]


@pytest.mark.parametrize("name", WITH_CONTENT)
def test_the_same_seeds_are_the_same_content(name: str, make: Make) -> None:
    case = CASES[name]
    found = []
    for _ in range(2):
        with make(case, case.good, seed=list(case.good)) as environment:
            found.append(held(environment.view, "resource"))
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize("name", WITH_CONTENT)
def test_what_a_seed_adds_changes_the_content(name: str, make: Make) -> None:
    case = CASES[name]
    files = {**case.good, "more.sh": case.script.encode()}
    with make(case, files, seed=list(case.good)) as environment:
        before = held(environment.view, "resource")
    with make(case, files, seed=[*case.good, "more.sh"]) as environment:
        assert difference(before, held(environment.view, "resource"))


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_coroutine_function_is_run_and_not_only_made(make: Make, tmp_path: Path) -> None:
    source = (
        "import pathlib\n"
        "async def fill(resource):\n"
        "    pathlib.Path('ran').write_text(resource.name)\n"
    )
    with make(CASES["nats"], {"load.py": source.encode()}, seed=["load.py:fill"]):
        assert (tmp_path / "ran").read_text() == "resource"


def test_a_missing_driver_says_where_to_install_it(make: Make) -> None:
    source = b"import no_such_driver\n"
    with pytest.raises(StepFailed, match="No module named 'no_such_driver'") as failed:
        make(CASES["nats"], {"load.py": source}, seed=["load.py:fill"]).up()
    assert "or name the project's interpreter with `python:`" in failed.value.hint


def test_an_empty_file_of_rows_is_told_as_such(make: Make) -> None:
    with pytest.raises(ManifestError, match=r"rows\.csv:1: the file is empty"):
        make(CASES["postgres"], {"rows.csv": b""}, seed=["rows.csv"]).up()


@each_of_some
def test_a_script_s_failure_shows_what_it_said(case: TechnologyCase, make: Make) -> None:
    source = b"echo about to fail\nls /nowhere\necho never said\n"
    with pytest.raises(StepFailed, match=r"bad\.sh: .*/nowhere.*No such file") as failed:
        make(case, {"bad.sh": source}, seed=["bad.sh"]).up()
    assert "never said" not in failed.value.message
