"""The technologies that come with Greenroom, one small file each.

To add one, write `NAME.py` with a `Technology` value and name it in `BUILT_IN`.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.technology import Technology
from orchestrator.technologies.mariadb import MARIADB, MYSQL
from orchestrator.technologies.nats import NATS
from orchestrator.technologies.postgres import POSTGRES
from orchestrator.technologies.rabbitmq import RABBITMQ
from orchestrator.technologies.redis import REDIS

BUILT_IN: Mapping[str, Technology] = {
    technology.name: technology for technology in (POSTGRES, MARIADB, MYSQL, REDIS, RABBITMQ, NATS)
}
