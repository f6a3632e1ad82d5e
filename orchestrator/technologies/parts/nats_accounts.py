"""The accounts of a NATS server that is sliced, all there from its start, and who gets in where.

Subjects and streams of one account are not seen in another
(https://docs.nats.io/running-a-nats-service/configuration/securing_nats/accounts). One account
more, the template's, may ask the others for everything: what it sends to `s17.SUBJECT` arrives in
the account `s17` as `SUBJECT`, so that one connection serves all slices.
"""

from __future__ import annotations

from orchestrator.model.conversation import Credentials

SHARED = "shared"

TEMPLATE = "template"

MOST = 250
"""Slices that may live at once; so many accounts cost the server 10 ms at its start, and 7 MB."""

ACCOUNT = """  %s: {
    jetstream: enabled
    users: [{user: "${self.user}%s", password: $password}]
    exports: [{service: ">", accounts: [%s]}]
  }
"""

IMPORT = '      {service: {account: %s, subject: ">"}, to: "%s.>"}\n'

# The password stands there once. Pings are for connections that break unnoticed, which none does
# here, and one that has nothing to say for an hour could not answer them.
SETTINGS = """password: "${self.password}"
ping_interval: "24h"
accounts {
%s  %s: {
    jetstream: enabled
    users: [{user: "${self.user}-%s", password: $password}]
    imports: [
%s    ]
  }
}
"""


def account(number: int) -> str:
    """Return the name of a slice's account."""
    return f"s{number}"


def access(shared: Credentials, number: int) -> Credentials:
    """Return how one gets into the slice of this number: its user belongs to its account."""
    return Credentials(f"{shared.user}-{account(number)}", shared.password, shared.database)


def account_of(shared: Credentials, one: Credentials) -> str:
    """Return the name of the account that one gets into."""
    return one.user.removeprefix(f"{shared.user}-")


def keeper(shared: Credentials) -> Credentials:
    """Return how one gets into the template's account."""
    return Credentials(f"{shared.user}-{TEMPLATE}", shared.password, shared.database)


def settings() -> str:
    """Return the server's configuration."""
    slices = [account(number) for number in range(1, MOST + 1)]
    accounts = [ACCOUNT % (SHARED, "", TEMPLATE)]
    accounts += [ACCOUNT % (name, f"-{name}", TEMPLATE) for name in slices]
    imports = [IMPORT % (name, name) for name in (SHARED, *slices)]
    return SETTINGS % ("".join(accounts), TEMPLATE, TEMPLATE, "".join(imports))
