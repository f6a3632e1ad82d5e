"""`greenroom check`: every mistake of a manifest at once, and nothing is started."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

from orchestrator.cli.options import Json, Manifest, Profiles
from orchestrator.cli.output import as_json, remark, result
from orchestrator.cli.profiles import check_profiles
from orchestrator.errors import ManifestError


def check(manifest: Manifest = None, profile: Profiles = None, json: Json = False) -> int:
    """Find every mistake in a manifest.

    Nothing is started, and no engine is asked. The exit code is 65 when there are mistakes;
    warnings are about what is allowed, but hardly meant.
    """
    from orchestrator.host import manifests
    from orchestrator.plan.selection import taking_part

    try:
        found = manifests.read(manifests.find(manifest, Path.cwd()), os.environ)
    except ManifestError as error:
        if not json:
            raise
        problems = [asdict(problem) for problem in error.problems]
        as_json({"ok": False, "problems": problems, "resources": []})
        return error.exit_code
    check_profiles(found, profile)
    names = list(taking_part(found, profile or ()))
    if json:
        warnings = [asdict(warning) for warning in found.warnings]
        as_json({"ok": True, "problems": [], "warnings": warnings, "resources": names})
    else:
        remark(*(f"warning: {warning}" for warning in found.warnings))
        result(f"{found.name}: no mistakes; it starts {', '.join(names) or 'nothing'}")
    return 0
