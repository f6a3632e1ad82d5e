"""Mosquitto, a broker of MQTT, as its image runs it.

Settings: https://mosquitto.org/man/mosquitto-conf-5.html
"""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.mosquitto_native import ACCESS, NATIVE, PASSWORDS, SETTINGS
from orchestrator.technologies.parts.mqtt_words import ANSWERED, ANYBODY, read, talk

AS_SERVER = f"""cd /mosquitto/config
{PASSWORDS}chown mosquitto: passwords 2>/dev/null || true
exec mosquitto -c /etc/greenroom/mosquitto.conf "$@"
"""
MOSQUITTO = Technology(
    name="mosquitto",
    about="Mosquitto, a message broker (MQTT)",
    section="brokers",
    image="eclipse-mosquitto",
    version="2",
    port=1883,
    url="mqtt://${self.user}:${self.password}@${self.host}:${self.port}",
    readiness=lambda _user, _database: Readiness(
        Dialogue(Template.literal(ANYBODY.decode("latin-1")), expect=ANSWERED)
    ),
    program="",
    command=("sh", "-c", AS_SERVER, "mosquitto"),
    env=ACCESS,
    files={
        "/etc/greenroom/mosquitto.conf": "listener 1883\n"
        f"password_file /mosquitto/config/passwords\n{SETTINGS}"
    },
    has_databases=False,
    user_form=(r"[^:\r\n]{1,200}", "a text of one line without colons"),
    password_form=(r"[^\r\n]{1,200}", "a text of one line"),
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, read)),
    native=NATIVE,
)
