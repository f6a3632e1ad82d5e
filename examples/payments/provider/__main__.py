"""`python -m provider`: serve the version in PROVIDER_VERSION on the port in PORT."""

import os

import uvicorn

from provider.app import DATE_FORMATS, app, sandbox


def main() -> None:
    """Serve on loopback until asked to stop."""
    sandbox.version = os.environ.get("PROVIDER_VERSION", "1")
    if sandbox.version not in DATE_FORMATS:
        raise SystemExit(f"PROVIDER_VERSION is 1 or 2, not {sandbox.version!r}")
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
