"""Mosquitto as a process of this host, and what is the same in its container."""

from __future__ import annotations

from orchestrator.model.native import Native

ACCESS = {"MQTT_USER": "${self.user}", "MQTT_PASSWORD": "${self.password}"}

# Of the file with passwords the server takes digests only; the tool makes them of the texts.
PASSWORDS = """set -e
umask 077
printf '%s:%s\\n' "$MQTT_USER" "$MQTT_PASSWORD" > passwords
mosquitto_passwd -U passwords
"""

SETTINGS = "allow_anonymous false\npersistence false\n"

NATIVE = Native(
    servers=("mosquitto",),
    tools=("mosquitto_passwd",),
    asks=("-h",),
    version=r"mosquitto version (\d+(?:\.\d+)*)",
    places=("/usr/sbin", "/opt/homebrew/sbin"),
    packages={"apt-get": "mosquitto", "brew": "mosquitto"},
    prepare=PASSWORDS,
    env=ACCESS,
    command=("mosquitto", "-c", "${self.folder}/mosquitto.conf"),
    # Root would become somebody who cannot read this folder.
    files={
        "mosquitto.conf": "listener ${self.port} 127.0.0.1\nuser root\n"
        f"password_file ${{self.folder}}/passwords\n{SETTINGS}"
    },
)
