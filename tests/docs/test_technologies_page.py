"""The pages of technologies against these themselves, and their seeds against real servers."""

from __future__ import annotations

import ast
import gzip
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml
from doc_blocks import ROOT, Block, code, codes, page
from stand_ins import image_settings

from orchestrator import Environment, StepFailed
from orchestrator.errors import ManifestError
from orchestrator.model import probe, technology, template
from orchestrator.model.conversation import Credentials
from orchestrator.model.probe import Dialogue
from orchestrator.model.technology import Technology
from orchestrator.technologies import BUILT_IN
from orchestrator.technologies.sheet import sheet

PAGE = page("technologies.md")
PAGES = {name: page(f"technologies/{name}.md") for name in BUILT_IN}

each = pytest.mark.parametrize("name", BUILT_IN)


def blocks(name: str, *languages: str) -> list[Block]:
    """The blocks of a technology's page, in these languages."""
    return [one for one in PAGES[name].blocks if one.language in languages]


def test_the_tables_are_what_the_technologies_say_of_themselves() -> None:
    checked = [sys.executable, ROOT / "scripts" / "reference", "--check"]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@each
def test_each_row_of_a_table_is_one_line(name: str) -> None:
    assert [text for _, text in sheet(BUILT_IN[name]) if "\n" in text] == []


@each
def test_every_suffix_is_explained(name: str) -> None:
    same = re.findall(r"as with \[(\w+)\]", PAGES[name].prose)
    said = "".join(PAGES[one].prose.partition("<!-- end -->")[2] for one in (name, *same))
    assert [suffix for suffix in BUILT_IN[name].seeds if f"`{suffix}`" not in said] == []


@each
def test_the_reply_for_a_fake_makes_it_ready(name: str) -> None:
    asked = BUILT_IN[name].readiness("user", "database").probe
    if isinstance(asked, Dialogue):
        (reply,) = re.findall(r"FakeEngine`\]\([^)]*\) is `([^`]+)`", PAGES[name].prose)
        assert re.search(asked.expect, ast.literal_eval(reply))


def test_what_is_under_test_is_what_the_stand_ins_really_are() -> None:
    _, table = PAGE.under("The technologies")
    readme = (ROOT / "tests" / "images" / "README.md").read_text("utf-8")
    for name, image, tags, really in table.rows:
        (line,) = (one for one in readme.splitlines() if one.startswith(f"| `{code(image)}:"))
        written = [f"{code(image)}:{tag.strip()}" for tag in tags.split(",")]
        assert codes(line)[: len(written)] == written
        assert really.partition(",")[0] in line
        assert BUILT_IN[code(name)].version in tags.split(", ")


def test_the_technology_that_is_shown_is_the_one_that_is_there() -> None:
    (block,) = (one for one in PAGE.blocks if one.heading == "One more")
    names = {**vars(probe), **vars(technology), **vars(template)}
    exec(block.text, names)
    shown, known = names["REDIS"], BUILT_IN["redis"]
    assert isinstance(shown, Technology)
    for field in Technology.__dataclass_fields__:
        if field not in (
            "readiness",
            "seeds",
            "slicing",
            "content",
            "native",
            "adoption",
            "about",
            "create_database",
        ):
            assert getattr(shown, field) == getattr(known, field), field
    assert shown.readiness("", "") == known.readiness("", "")


def test_what_isolation_means_for_the_servers() -> None:
    postgres, redis = BUILT_IN["postgres"].slicing, BUILT_IN["redis"].slicing
    assert postgres
    assert redis
    assert postgres.taken == ("postgres",)
    assert f"`{' '.join(redis.args)}`" in PAGES["redis"].prose
    shared = Credentials("default", "secret", "0")
    assert [redis.access(shared, number).database for number in (1, redis.most)] == ["16", "1015"]


# Against real servers: the seeds as they are shown, and what is said of bad ones.


def seed_files(name: str) -> dict[str, str]:
    """The seed files that a technology's part shows, by the names that its manifest uses."""
    (manifest, *_) = blocks(name, "yaml")
    (entry,) = yaml.safe_load(manifest.text)[BUILT_IN[name].section].values()
    shown = {one.language: one.text for one in blocks(name, "sql", "csv", "json", "js")}
    named = {one.name: one.text for one in blocks(name, "yaml", "text") if one.name}
    shown |= {Path(file).suffix[1:]: text for file, text in named.items()}
    return {
        file: named.get(file) or shown.get(Path(file).suffix[1:], "")
        for file in entry.get("seed", [])
    }


def written(name: str, folder: Path, spoil: Callable[[str], str] = str) -> Environment:
    """The environment of a technology's manifest, with its seeds in the folder."""
    for file, text in seed_files(name).items():
        if file.endswith(".gz"):
            (folder / file).write_bytes(gzip.compress(b"create table history (id int);"))
        else:
            assert text, f"the page shows no {file}"
            (folder / file).write_text(spoil(text))
    manifest = yaml.safe_load(blocks(name, "yaml")[0].text)
    (entry,) = manifest[BUILT_IN[name].section].values()
    entry |= image_settings("docker", name)
    (folder / "environment.yaml").write_text(yaml.safe_dump(manifest))
    return Environment(folder)


LEDGER = """
select count(*), sum(balance) filter (where id ~ '^(alice|bob|carol|dave|erin|frank)$')
from accounts
"""

GET = "exec 3<>/dev/tcp/127.0.0.1/11211; echo get user:1 >&3; head -n 2 <&3"

FIND = "--quiet shop --authenticationDatabase admin --eval 'db.users.find({_id: 1})'"

KEPT = "-C 1 -W 5 -t sensors/hall"


ASKED = {
    "postgres": ("ledger", f"psql -Atc {shlex.quote(LEDGER)}", "1006|135"),
    "mariadb": ("shop", "mariadb -Ne 'select sum(balance) from accounts'", "120"),
    "mysql": ("shop", "mysql -Ne 'select sum(balance) from accounts'", "120"),
    "redis": ("cache", "redis-cli hget user:1 name", "Ada Lovelace"),
    "valkey": ("cache", "valkey-cli hget user:1 name", "Ada Lovelace"),
    "mongodb": ("shop", f"mongosh -u greenroom -p $MONGO_INITDB_ROOT_PASSWORD {FIND}", "ada@"),
    "memcached": ("sessions", f"bash -c {shlex.quote(GET)}", "Ada Lovelace"),
    "etcd": ("settings", "etcdctl get /limits", '{"requests": 100}'),
    "kafka": ("events", "ls /tmp/greenroom", "orders-2"),
    "clickhouse": (
        "events",
        "clickhouse-client -d events -q 'SELECT sum(seconds) FROM visits'",
        "52",
    ),
    "elasticsearch": ("search", "curl -s localhost:9200/books/_doc/1", "Emma"),
    "opensearch": ("search", "curl -s localhost:9200/books/_doc/1", "Emma"),
    "s3": ("files", "curl -s http://localhost:8888/buckets/files/notes.txt", "Hello."),
    "aws": ("cloud", "python -c 'import moto; print(moto.__version__)'", "5.1.22"),
    "rabbitmq": ("queue", "rabbitmqctl -q list_queues name", "orders"),
    "nats": ("events", "nats-server --version", "v2"),
    "mailpit": ("mail", "/mailpit readyz && echo ready", "ready"),
    "mosquitto": ("devices", f"mosquitto_sub {KEPT} -u $MQTT_USER -P $MQTT_PASSWORD", "21.5"),
}


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
@each
def test_the_seeds_that_are_shown_are_taken(name: str, tmp_path: Path) -> None:
    resource, command, answer = ASKED[name]
    with written(name, tmp_path) as environment:
        result = environment[resource].exec(["sh", "-c", command])
        assert answer in result.stdout, result


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
def test_the_technology_of_one_s_own_that_is_shown_runs(tmp_path: Path) -> None:
    (tmp_path / "technologies").mkdir()
    for name in ("technologies/pages.yaml", "environment.yaml"):
        (tmp_path / name).write_text(PAGE.file(name))
    (tmp_path / "prices.html").write_text("<p>7")
    with Environment(tmp_path) as environment:
        address = f"{environment['site'].url}/prices.html"
        assert httpx.get(address).text == "<p>7"


OVERLAP = '  - name: COPY\n    subjects: ["orders.new"]\n    storage: memory\n'

SPOILT = [
    ("postgres", 0, lambda text: text.replace("balance integer", "balance integr")),
    ("postgres", 1, lambda text: text.replace("bob,20", "bob,-20")),
    ("postgres", 2, lambda text: text.replace("frank, balance: 0", "frank, balance: -1")),
    ("mariadb", 0, lambda text: text.replace("integer", "integr")),
    ("mariadb", 1, lambda text: text.replace("bob,20", "bob,-20")),
    ("redis", 0, lambda text: text.replace(' "Ada Lovelace" role admin', "")),
    ("mongodb", 0, lambda text: text.replace("bob", "ada")),
    ("memcached", 0, lambda text: text + "two words: 1\n"),
    ("etcd", 0, lambda text: text + "'': 1\n"),
    ("mailpit", 0, lambda text: text.partition("\n\n")[2]),
    ("mosquitto", 0, lambda text: text + "  - {topic: lights/#}\n"),
    ("clickhouse", 0, lambda text: text.replace("CREATE", "CREAT")),
    ("clickhouse", 1, lambda text: text.replace("40", "many")),
    ("s3", 0, lambda text: text + "  - {key: a, bucket: Attic_}\n"),
    ("aws", 0, lambda text: text.replace("CreateTable", "DeleteTable")),
    ("rabbitmq", 0, lambda text: text.replace('"/"', '"/nowhere"')),
    ("nats", 0, lambda text: text + OVERLAP),
]


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
@pytest.mark.parametrize(("name", "number", "spoil"), SPOILT)
def test_a_bad_seed_fails_with_the_words_that_are_shown(
    name: str, number: int, spoil: Callable[[str], str], tmp_path: Path
) -> None:
    shown = [one for one in blocks(name, "text") if "error: " in one.text][number]
    with pytest.raises((StepFailed, ManifestError)) as caught:
        written(name, tmp_path, spoil).up()
    text = re.sub(r"^error: (\d+ mistakes? in .*\n)?", "", shown.text, flags=re.MULTILINE)
    for line in text.splitlines():
        assert line in str(caught.value)
