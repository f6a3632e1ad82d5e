"""All that each CI system is told of the same runs, letter by letter."""

# ruff: noqa: E501 - the lines are as long as they are

from __future__ import annotations

import pytest
from ci_records import PASSED, SEED_FAILED, TESTS_FAILED
from whole_output import told

from orchestrator.artifacts.record import Record

GITHUB_SEED_FAILED = """\
::group::Starting the environment
::stop-commands::TOKEN1
::TOKEN1::
::add-mask::s3cr3t-passw0rd
::add-mask::-----BEGIN KEY-----
::add-mask::MIIEvQ1BADANBg
::add-mask::-----END KEY-----
::add-mask::100%25:sure,ok
::stop-commands::TOKEN2
  0.40s  ledger  started
: :error::not ours
::TOKEN2::
::endgroup::
....F
::error file=backend/schema.sql,line=5,title=ledger%3A seeding schema.sql::schema.sql:5: ERROR:  type "integr" does not exist%0ALINE 3:   balance integr%0Aafter 0.21 s%0Astate: running%0Alog:%0A  ::error::not ours%0A  ##vso[task.complete result=Succeeded;]"##teamcity[x]%0Anext: correct the seed: 100%25, sure
::error file=backend/environment.yaml,line=4,col=9,title=ledger%3A seeding schema.sql::schema.sql:5: ERROR:  type "integr" does not exist
> /runner/summary

THE SUMMARY
> /runner/output

outcome=environment-failed
exit-code=75
run=payments-x7k2
seconds=4.0
artifacts=/builds/shop/backend/greenroom-artifacts
report=/builds/shop/backend/greenroom-artifacts/report.html
junit=/builds/shop/backend/greenroom-artifacts/junit.xml
"""

GITHUB_TESTS_FAILED = """\
::group::Starting the environment
::stop-commands::TOKEN1
::TOKEN1::
::add-mask::s3cr3t-passw0rd
::add-mask::-----BEGIN KEY-----
::add-mask::MIIEvQ1BADANBg
::add-mask::-----END KEY-----
::add-mask::100%25:sure,ok
::stop-commands::TOKEN2
  0.40s  ledger  started
: :error::not ours
::TOKEN2::
::endgroup::
....F
::error file=backend/tests/test_pay.py,line=12,title=tests/test_pay.py%3A%3Atest_one[a|b]::AssertionError: `<b>` @all ::error:: 50%25
::error title=tests/test_pay.py%3A%3Atest_two::failed
> /runner/summary

THE SUMMARY
> /runner/output

outcome=tests-failed
exit-code=1
run=payments-x7k2
seconds=12.5
artifacts=/builds/shop/backend/greenroom-artifacts
report=/builds/shop/backend/greenroom-artifacts/report.html
junit=/builds/shop/backend/greenroom-artifacts/junit.xml
"""

GITLAB_SEED_FAILED = """\
<ESC>[0Ksection_start:1000:greenroom_1_starting_the_environment[collapsed=true]<CR><ESC>[0KStarting the environment
  0.40s  ledger  started
::error::not ours
<ESC>[0Ksection_end:1004:greenroom_1_starting_the_environment<CR><ESC>[0K
<ESC>[0Ksection_start:1005:greenroom_2_running_pytest<CR><ESC>[0KRunning pytest
....F
<ESC>[0Ksection_end:1012:greenroom_2_running_pytest<CR><ESC>[0K
artifacts, once the job is over: https://gitlab.example/shop/-/jobs/7/artifacts/browse/backend/greenroom-artifacts
"""

BUILDKITE_SEED_FAILED = """\
--- Starting the environment
$ buildkite-agent redactor add --format json
< {"0": "s3cr3t-passw0rd", "1": "-----BEGIN KEY-----", "2": "MIIEvQ1BADANBg", "3": "-----END KEY-----", "4": "100%:sure,ok"}
  0.40s  ledger  started
::error::not ours
^^^ +++
+++ Running pytest
....F
$ buildkite-agent annotate --style error --context greenroom-payments-integration
< THE SUMMARY
+++ payments: environment failed
"""

BUILDKITE_PASSED = """\
--- Starting the environment
$ buildkite-agent redactor add --format json
< {"0": "s3cr3t-passw0rd", "1": "-----BEGIN KEY-----", "2": "MIIEvQ1BADANBg", "3": "-----END KEY-----", "4": "100%:sure,ok"}
  0.40s  ledger  started
::error::not ours
+++ Running pytest
....F
$ buildkite-agent annotate --style success --context greenroom-payments-integration
< THE SUMMARY
"""

AZURE_SEED_FAILED = """\
##[group]Starting the environment
##vso[task.setsecret]s3cr3t-passw0rd
##vso[task.setsecret]-----BEGIN KEY-----
##vso[task.setsecret]MIIEvQ1BADANBg
##vso[task.setsecret]-----END KEY-----
##vso[task.setsecret]100%AZP25:sure,ok
  0.40s  ledger  started
::error::not ours
##[endgroup]
....F
##vso[task.logissue type=error;sourcepath=/builds/shop/backend/schema.sql;linenumber=5;]ledger: seeding schema.sql: schema.sql:5: ERROR:  type "integr" does not exist%0ALINE 3:   balance integr%0Aafter 0.21 s%0Astate: running%0Alog:%0A  ::error::not ours%0A  ##vso[task.complete result=Succeeded%3B%5D"##teamcity[x%5D%0Anext: correct the seed: 100%AZP25, sure
##vso[task.logissue type=error;sourcepath=/builds/shop/backend/environment.yaml;linenumber=4;columnnumber=9;]ledger: seeding schema.sql: schema.sql:5: ERROR:  type "integr" does not exist
##vso[task.uploadsummary]/builds/shop/backend/greenroom-artifacts/summary.md
##vso[task.setvariable variable=outcome;isOutput=true;]environment-failed
##vso[task.setvariable variable=exitCode;isOutput=true;]75
##vso[task.setvariable variable=run;isOutput=true;]payments-x7k2
##vso[task.setvariable variable=seconds;isOutput=true;]4.0
##vso[task.setvariable variable=artifacts;isOutput=true;]/builds/shop/backend/greenroom-artifacts
##vso[task.setvariable variable=report;isOutput=true;]/builds/shop/backend/greenroom-artifacts/report.html
##vso[task.setvariable variable=junit;isOutput=true;]/builds/shop/backend/greenroom-artifacts/junit.xml
"""

TEAMCITY_SEED_FAILED = """\
##teamcity[blockOpened name='Starting the environment']
  0.40s  ledger  started
::error::not ours
##teamcity[blockClosed name='Starting the environment']
##teamcity[blockOpened name='Running pytest']
....F
##teamcity[blockClosed name='Running pytest']
##teamcity[importData type='junit' path='/builds/shop/backend/greenroom-artifacts/junit.xml']
##teamcity[publishArtifacts '/builds/shop/backend/greenroom-artifacts => greenroom-artifacts']
##teamcity[buildProblem description='ledger: seeding schema.sql: schema.sql:5: ERROR:  type "integr" does not exist|nLINE 3:   balance integr|nafter 0.21 s|nstate: running|nlog:|n  ::error::not ours|n  ##vso|[task.complete result=Succeeded;|]"##teamcity|[x|]|nnext: correct the seed: 100%, sure' identity='greenroom_seed_ledger_1_schema_sql_ledger_656a130f']
##teamcity[buildStatus text='payments: environment failed; {build.status.text}']
"""

PLAIN_SEED_FAILED = """\
== Starting the environment
  0.40s  ledger  started
::error::not ours
== Running pytest
....F
"""


@pytest.mark.parametrize(
    ("system", "record", "expected"),
    [
        ("github", SEED_FAILED, GITHUB_SEED_FAILED),
        ("github", TESTS_FAILED, GITHUB_TESTS_FAILED),
        ("gitlab", SEED_FAILED, GITLAB_SEED_FAILED),
        ("buildkite", SEED_FAILED, BUILDKITE_SEED_FAILED),
        ("buildkite", PASSED, BUILDKITE_PASSED),
        ("azure", SEED_FAILED, AZURE_SEED_FAILED),
        ("teamcity", SEED_FAILED, TEAMCITY_SEED_FAILED),
        ("", SEED_FAILED, PLAIN_SEED_FAILED),
    ],
)
def test_it_is_told_exactly_this(system: str, record: Record, expected: str) -> None:
    assert told(system, record) == expected
