"""etcd as a process of this host.

Flags: https://etcd.io/docs/v3.6/op-guide/configuration/
"""

from __future__ import annotations

from orchestrator.model.native import Native

ALONE = ("etcd", "--name", "greenroom")

OUTSIDE = "http://${self.outside.host}:${self.outside.port}"

PEER = "http://127.0.0.1:${self.peer.port}"

NATIVE = Native(
    servers=("etcd",),
    version=r"etcd Version: (\d+(?:\.\d+)*)",
    places=("/opt/homebrew/bin",),
    packages={"apt-get": "etcd-server", "brew": "etcd"},
    # It listens for other members even where it is to have none.
    ports=("peer",),
    command=(
        *(*ALONE, "--data-dir", "${self.folder}/data"),
        *("--listen-client-urls", OUTSIDE, "--advertise-client-urls", OUTSIDE),
        *("--listen-peer-urls", PEER, "--initial-advertise-peer-urls", PEER),
        *("--initial-cluster", f"greenroom={PEER}"),
    ),
)
