"""RabbitMQ as a process of this host, with a port mapper (epmd) of its own.

Variables: https://www.rabbitmq.com/docs/configure#supported-environment-variables
"""

from __future__ import annotations

from orchestrator.model.native import Native

NATIVE = Native(
    servers=("rabbitmq-server",),
    tools=("rabbitmqctl", "erl"),
    # To ask it starts a virtual machine, which takes a second.
    version=r"rabbitmq(?:_server-|/)(\d+(?:\.\d+)+)",
    asks=(),
    # What Debian has on the PATH becomes another user, and writes elsewhere.
    shadowed=("/usr/sbin/rabbitmq-server",),
    places=("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "/opt/homebrew/opt/rabbitmq/sbin"),
    packages={"apt-get": "rabbitmq-server", "brew": "rabbitmq"},
    command=("rabbitmq-server",),
    ports=("epmd", "distribution"),
    env={
        # Its cookie is there, which makes all the tools with the same home its own.
        "HOME": "${self.folder}",
        "RABBITMQ_HOME_OF_COOKIE": "${self.folder}",
        "ERL_EPMD_PORT": "${self.epmd.port}",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_AFLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": "${self.port}",
        "RABBITMQ_DIST_PORT": "${self.distribution.port}",
        "RABBITMQ_MNESIA_BASE": "${self.folder}/data",
        "RABBITMQ_LOG_BASE": "${self.folder}/log",
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": "${self.folder}/rabbitmq",
        "RABBITMQ_CONF_ENV_FILE": "${self.folder}/rabbitmq-env.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "${self.folder}/enabled_plugins",
        "RABBITMQ_PID_FILE": "${self.folder}/pid",
        "RABBITMQ_DEFAULT_USER": "${self.user}",
        "RABBITMQ_DEFAULT_PASS": "${self.password}",
        "RABBITMQ_DEFAULT_VHOST": "${self.database}",
    },
)
