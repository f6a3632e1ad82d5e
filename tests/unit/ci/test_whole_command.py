"""All that the command writes under each system's variables, but for times and names."""

# ruff: noqa: E501 - the lines are as long as they are

from __future__ import annotations

from pathlib import Path

import pytest
from whole_command import ci

GITHUB_BROKEN = """\
::group::Starting the environment
::stop-commands::TOKEN
::TOKEN::
::add-mask::tok-0123456789
::stop-commands::TOKEN
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
::TOKEN::
::endgroup::
::group::Removing the environment
::stop-commands::TOKEN
removed 2 in TIME
::TOKEN::
::endgroup::
::error file=environment.yaml,line=8,col=5,title=api%3A waiting until it is ready::api is not ready after 3 s%0Aafter TIME%0Alast answer: HTTP 404%0Astate: running%0Alog:%0A  ::error::a line of the service ***%0A  ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]%0Anext: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

GITLAB_BROKEN = """\
<ESC>[0Ksection_start:AT:greenroom_1_starting_the_environment[collapsed=true]<CR><ESC>[0KStarting the environment
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
<ESC>[0Ksection_end:AT:greenroom_1_starting_the_environment<CR><ESC>[0K
<ESC>[0Ksection_start:AT:greenroom_2_removing_the_environment[collapsed=true]<CR><ESC>[0KRemoving the environment
removed 2 in TIME
<ESC>[0Ksection_end:AT:greenroom_2_removing_the_environment<CR><ESC>[0K
artifacts, once the job is over: https://gitlab.example/shop/-/jobs/7/artifacts/browse/greenroom-artifacts
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

BUILDKITE_BROKEN = """\
--- Starting the environment
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
^^^ +++
--- Removing the environment
removed 2 in TIME
+++ shop: environment failed
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

AZURE_BROKEN = """\
##[group]Starting the environment
##vso[task.setsecret]tok-0123456789
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
##[endgroup]
##[group]Removing the environment
removed 2 in TIME
##[endgroup]
##vso[task.logissue type=error;sourcepath=<checkout>/environment.yaml;linenumber=8;columnnumber=5;]api: waiting until it is ready: api is not ready after 3 s%0Aafter TIME%0Alast answer: HTTP 404%0Astate: running%0Alog:%0A  ::error::a line of the service ***%0A  ##vso[task.complete result=Succeeded%3B%5Ddone ##teamcity[buildStop%5D%0Anext: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
##vso[task.uploadsummary]<checkout>/greenroom-artifacts/summary.md
##vso[task.setvariable variable=outcome;isOutput=true;]environment-failed
##vso[task.setvariable variable=exitCode;isOutput=true;]75
##vso[task.setvariable variable=run;isOutput=true;]shop-RUN
##vso[task.setvariable variable=seconds;isOutput=true;]TIME
##vso[task.setvariable variable=artifacts;isOutput=true;]<checkout>/greenroom-artifacts
##vso[task.setvariable variable=report;isOutput=true;]<checkout>/greenroom-artifacts/report.html
##vso[task.setvariable variable=junit;isOutput=true;]<checkout>/greenroom-artifacts/junit.xml
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               # #vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

TEAMCITY_BROKEN = """\
##teamcity[blockOpened name='Starting the environment']
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
##teamcity[blockClosed name='Starting the environment']
##teamcity[blockOpened name='Removing the environment']
removed 2 in TIME
##teamcity[blockClosed name='Removing the environment']
##teamcity[importData type='junit' path='<checkout>/greenroom-artifacts/junit.xml']
##teamcity[publishArtifacts '<checkout>/greenroom-artifacts => greenroom-artifacts']
##teamcity[buildProblem description='api: waiting until it is ready: api is not ready after 3 s|nafter TIME|nlast answer: HTTP 404|nstate: running|nlog:|n  ::error::a line of the service ***|n  ##vso|[task.complete result=Succeeded;|]done ##teamcity|[buildStop|]|nnext: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means' identity='greenroom_ready_api_api_11b42c75']
##teamcity[buildStatus text='shop: environment failed; {build.status.text}']
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done # #teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

PLAIN_BROKEN = """\
== Starting the environment
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  FAILED: api is not ready after 3 s
== Removing the environment
removed 2 in TIME
artifacts: greenroom-artifacts
error: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
next: it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
"""

GITHUB_FAILING = """\
::group::Starting the environment
::stop-commands::TOKEN
::TOKEN::
::add-mask::tok-0123456789
::stop-commands::TOKEN
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  ready (TIME)
ready in TIME
::TOKEN::
::endgroup::
running sh -c 'echo ::warning::mine; exit 3'
::warning::mine
sh ended with exit code 3
::group::Removing the environment
::stop-commands::TOKEN
removed 2 in TIME
::TOKEN::
::endgroup::
::error title=shop%3A tests failed::sh -c 'echo ::warning::mine; exit 3' ended with exit code 3
artifacts: greenroom-artifacts
tests failed: sh -c 'echo ::warning::mine; exit 3' ended with exit code 3
"""

GITLAB_FAILING = """\
<ESC>[0Ksection_start:AT:greenroom_1_starting_the_environment[collapsed=true]<CR><ESC>[0KStarting the environment
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  ready (TIME)
ready in TIME
<ESC>[0Ksection_end:AT:greenroom_1_starting_the_environment<CR><ESC>[0K
<ESC>[0Ksection_start:AT:greenroom_2_running_sh<CR><ESC>[0KRunning sh
running sh -c 'echo ::warning::mine; exit 3'
::warning::mine
<ESC>[0Ksection_end:AT:greenroom_2_running_sh<CR><ESC>[0K
sh ended with exit code 3
<ESC>[0Ksection_start:AT:greenroom_3_removing_the_environment[collapsed=true]<CR><ESC>[0KRemoving the environment
removed 2 in TIME
<ESC>[0Ksection_end:AT:greenroom_3_removing_the_environment<CR><ESC>[0K
artifacts, once the job is over: https://gitlab.example/shop/-/jobs/7/artifacts/browse/greenroom-artifacts
artifacts: greenroom-artifacts
tests failed: sh -c 'echo ::warning::mine; exit 3' ended with exit code 3
"""

BUILDKITE_FAILING = """\
--- Starting the environment
shop: run shop-RUN, process
 TIME  api  started
 TIME  api  ready (TIME)
ready in TIME
+++ Running sh
running sh -c 'echo ::warning::mine; exit 3'
::warning::mine
sh ended with exit code 3
--- Removing the environment
removed 2 in TIME
+++ shop: tests failed
artifacts: greenroom-artifacts
tests failed: sh -c 'echo ::warning::mine; exit 3' ended with exit code 3
"""

GITHUB_SUMMARY = """\

## `shop`: environment failed

```text
environment failed: api is not ready after 3 s
  at           environment.yaml:8:5
  step         ready api, after TIME
  last answer  HTTP 404
  state        running
  log          ::error::a line of the service ***
               ##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]
  next         it answers /nope with HTTP 404: see that `ready` names a path that it has, or the `status` that it means
```

### Resources

| name | what | state | start | ready | seed |
| --- | --- | --- | --- | --- | --- |
| `api` | - | `running` | TIME | TIME, failed | - |

### Where the TIME went

| part | took | budget |
| --- | --- | --- |
| until everything was ready | TIME | - |
| keeping logs and states | TIME | - |
| removal | TIME | - |
| planning, and all that is between | TIME | - |

What decided how long it took until everything was ready, in the order of time:

- TIME: `api`, `waiting until it is ready`, failed

### Again, on your machine

```console
greenroom run environment.yaml -- sh -c 'echo ::warning::mine; exit 3'
```

### Artifacts

In `greenroom-artifacts`:

- `report.html`: what happened when, all logs, the tests
- `junit.xml`: the environment and the tests, as suites
- `logs`: the log of each resource

`shop-RUN` · `process` · Greenroom 0.1.0
"""

GITHUB_OUTPUTS = """\

outcome=environment-failed
exit-code=75
run=shop-RUN
seconds=TIME
artifacts=<checkout>/greenroom-artifacts
report=<checkout>/greenroom-artifacts/report.html
junit=<checkout>/greenroom-artifacts/junit.xml
"""

BUILDKITE_CALLS = """\
$ buildkite-agent redactor add --format json
< {"0": "tok-0123456789"}
$ buildkite-agent annotate --style error --context greenroom-shop-integration
< ## `shop`: tests failed

< ```text"""


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("github", GITHUB_BROKEN),
        ("gitlab", GITLAB_BROKEN),
        ("buildkite", BUILDKITE_BROKEN),
        ("azure", AZURE_BROKEN),
        ("teamcity", TEAMCITY_BROKEN),
        ("plain", PLAIN_BROKEN),
    ],
)
def test_a_broken_environment(system: str, expected: str, tmp_path: Path) -> None:
    ended = ci(tmp_path, system, "echo ::warning::mine; exit 3", broken=True)
    assert ended.output == expected
    assert ended.code == 75
    if system == "github":
        assert ended.file("summary") == GITHUB_SUMMARY
        assert ended.file("output") == GITHUB_OUTPUTS


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("github", GITHUB_FAILING),
        ("gitlab", GITLAB_FAILING),
        ("buildkite", BUILDKITE_FAILING),
    ],
)
def test_failing_tests(system: str, expected: str, tmp_path: Path) -> None:
    ended = ci(tmp_path, system, "echo ::warning::mine; exit 3")
    assert ended.output == expected
    assert ended.code == 3
    if system == "buildkite":
        assert ended.calls.startswith(BUILDKITE_CALLS)
