"""The log of a process that is kept has the times that tests have known of it."""

from __future__ import annotations

import time

from host_processes import Bench, within

from orchestrator.artifacts.collecting import collect
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.tests import TestRecord
from orchestrator.host.manifests import from_mapping
from orchestrator.lifecycle.last_look import LastLook


def unmasked(text: str) -> str:
    return text


def test_lines_have_the_times_of_the_tests_in_which_they_came(bench: Bench) -> None:
    found = bench.sh("printf 'one\\ntwo\\nthree\\n'; exec sleep 1000")
    bench.lines(found, 3)
    name = next(path.name for path in bench.root.rglob("*.log"))
    folder = Folder(bench.folder / "kept")
    folder.prepare()
    began = int(time.time()) - 1000
    ends = [(0, 4), (4, 4), (4, 14)]
    records = [
        TestRecord(
            name=f"test_{at}",
            outcome="passed",
            began=began + 10 * at,
            ended=began + 10 * at + 5,
            logs={name: sizes},
        )
        for at, sizes in enumerate(ends)
    ]
    lines = "".join(f"{one.to_json()}\n" for one in records)
    folder.test_records("main").write_text(lines)
    manifest = from_mapping({"services": {"api": {"command": "serve"}}}, bench.folder, {})
    look = LastLook(bench.run, {"process": bench.engine}, manifest, found=(found,))
    (record,) = collect(look, folder, unmasked, within())
    assert record.lines == 3
    text = folder.log("api").read_text()
    times = [line.split(" ")[0] for line in text.splitlines()]
    assert times == [
        time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(began + after))
        for after in (5, 25, 25)
    ]
