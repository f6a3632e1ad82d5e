"""Everything the service is told comes from the environment."""

import os


def setting(name: str) -> str:
    """The value of an environment variable; without it the process ends and says which."""
    try:
        return os.environ[name]
    except KeyError:
        raise SystemExit(f"{name} is not set") from None
