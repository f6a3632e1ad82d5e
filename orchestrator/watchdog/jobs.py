"""How CI systems find what a job has started, so that they can kill it with the job."""

from __future__ import annotations

from collections.abc import Mapping

JOB_MARKS = frozenset(
    {
        "RUNNER_TRACKING_ID",
        "VSTS_PROCESS_LOOKUP_ID",
        "BUILD_ID",
        "JENKINS_NODE_COOKIE",
        "JENKINS_SERVER_COOKIE",
        "HUDSON_SERVER_COOKIE",
    }
)
"""Variables by which the orphans of a job are found at its end, in whatever session they are.

The first is GitHub's (actions/runner, JobExtension), the second Azure's (azure-pipelines-agent, the
same), the others are Jenkins' (its wiki, "ProcessTreeKiller").
"""


def without_job_marks(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a process outlives the job that has started it.

    That is for the watchdog alone: it lives a few seconds longer, to remove what the job has left.
    """
    return {name: value for name, value in environ.items() if name not in JOB_MARKS}
