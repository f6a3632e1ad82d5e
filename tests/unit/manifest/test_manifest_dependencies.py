"""Who waits for whom, and the words for the cause."""

from __future__ import annotations

from manifest_world import World

from orchestrator.manifest import Dependency, dependencies, seed_tasks

TEXT = """
databases:
  ledger: {use: postgres, seed: ["task:migrate", schema.sql, "task:fill"]}
services:
  api:
    image: x
    ports: [80]
    command: [serve, "${ledger.host}"]
    env:
      A: "${ledger.url}"
      B: "${web.outside.url} ${lazy:old.url} ${self.url}"
    ready: {http: /, headers: {X: "${mail.host}"}}
    needs: [migrate, web]
  web: {image: x, ports: [80]}
  old: {image: x, ports: [80]}
  mail: {image: x, ports: [80], ready: {send: "${web.url}", expect: x}}
  check: {image: x, ready: {exec: ["test", "${old.url}"]}, files: {/a: {content: "${web.url}"}}}
tasks:
  migrate: {image: x, env: {DATABASE_URL: "${ledger.url}"}}
  fill: {image: x}
"""


def test_each_is_told_once_with_its_first_cause(world: World) -> None:
    found = world.load(TEXT).resources
    assert dependencies(found["api"]) == (
        Dependency("ledger", "env A refers to ledger.url"),
        Dependency("web", "env B refers to web.outside.url"),
        Dependency("mail", "ready header X refers to mail.host"),
        Dependency("migrate", "needs migrate"),
    )
    assert dependencies(found["mail"]) == (Dependency("web", "ready send refers to web.url"),)
    assert dependencies(found["check"]) == (
        Dependency("web", "files /a refers to web.url"),
        Dependency("old", "ready exec refers to old.url"),
    )


def test_seeds_are_no_dependencies_but_tasks_to_run(world: World) -> None:
    found = world.load(TEXT).resources
    assert dependencies(found["ledger"]) == ()
    assert seed_tasks(found["ledger"]) == ("migrate", "fill")
    assert dependencies(found["migrate"]) == (
        Dependency("ledger", "env DATABASE_URL refers to ledger.url"),
    )
