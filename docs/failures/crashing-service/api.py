"""A service that cannot do its work, and notices it only after a while."""

import time

print("api: starting, with settings from the environment", flush=True)
settings = {"currency": "EUR"}
time.sleep(2)
print("api: rates are in", settings["base_currency"], flush=True)
