"""Mailpit, a mail server that keeps what it gets and shows it: SMTP, with an inbox over HTTP.

Settings: https://mailpit.axllent.org/docs/configuration/runtime-options/
"""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import MorePort, Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.smtp_words import GREETING, check, talk

MAILPIT = Technology(
    name="mailpit",
    about="Mailpit, a mail server with an inbox to look into",
    section="brokers",
    image="axllent/mailpit",
    version="v1.27",
    port=1025,
    more_ports={"http": MorePort(8025)},
    url="smtp://${self.host}:${self.port}",
    fields={"inbox": "http://${self.host}:${self.http.port}/api/v1/messages"},
    readiness=lambda _user, _database: Readiness(
        Dialogue(send=Template.literal(""), expect=GREETING)
    ),
    program="",
    env={
        # Applications that log in may do so, as anybody.
        "MP_SMTP_AUTH_ACCEPT_ANY": "true",
        "MP_SMTP_AUTH_ALLOW_INSECURE": "true",
        "MP_DISABLE_VERSION_CHECK": "true",
    },
    has_users=False,
    has_databases=False,
    client=("sh",),
    seeds={".eml": WireLoader(talk, check)},
)
