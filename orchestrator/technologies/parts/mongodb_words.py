"""What is said to MongoDB: the first greeting on the wire, and scripts for its shell.

Wire: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/, documents:
https://bsonspec.org/spec.html. Shell: https://www.mongodb.com/docs/mongodb-shell/.
"""

from __future__ import annotations

import json
import re
import struct

from orchestrator.model.loader import ExecLoader, SeedHead
from orchestrator.technologies.parts.mongodb_documents import numbered

MESSAGE = 2013


def hello() -> bytes:
    """Return the message `{hello: 1, $db: "admin"}`, which needs no user."""
    fields = b"\x10hello\0\x01\0\0\0" + b"\x02$db\0\x06\0\0\0admin\0"
    document = struct.pack("<i", len(fields) + 5) + fields + b"\0"
    body = struct.pack("<i", 0) + b"\0" + document
    return struct.pack("<iiii", len(body) + 16, 1, 0, MESSAGE) + body


GREETED = rb"\x08isWritablePrimary\x00[\x00\x01]"
"""Whether or not it is the primary yet: it becomes that when it is told to be a replica set."""

DATABASE = (
    r"(?!(?:admin|local|config)$)[A-Za-z0-9_-]{1,63}",
    "at most 63 letters, digits, underscores and hyphens, and none of the server's own",
)

# A replica set whose members ask for a user wants a file with a key, for the server's user alone.
SERVE = """set -e
umask 077
mkdir -p /var/lib/greenroom/data
head -c 48 /dev/urandom | base64 > /var/lib/greenroom/key
chown -R mongodb: /var/lib/greenroom
exec docker-entrypoint.sh mongod --replSet greenroom --keyFile /var/lib/greenroom/key \\
  --dbpath /var/lib/greenroom/data --bind_ip_all "$@"
"""

LOGIN = "/etc/greenroom/login.js"

# A password among the arguments could be read by everybody on the engine's host.
FILES = {
    LOGIN: 'const place = "mongodb://127.0.0.1:27017/" + process.env.MONGO_DATABASE;\n'
    'const how = "?authSource=admin&directConnection=true";\n'
    "db = connect(place + how, process.env.MONGO_USER, process.env.MONGO_PASSWORD);\n"
}

INITIATE = """
if (!db.hello().isWritablePrimary) {
  rs.initiate({_id: "greenroom", members: [{_id: 0, host: "127.0.0.1:27017"}]});
}
while (!db.hello().isWritablePrimary) sleep(20);
"""

# Each line is a document behind the line where it stands in the seed, and the last one is the word
# that is to be printed when all has arrived.
INSERT = """
const lines = require("fs").readFileSync("/dev/stdin", "utf8").split("\\n"), word = lines.pop();
const fail = (line, error) => { console.error(`line ${line}: ${error.message}`); quit(1); };
const read = text => {
  const [line] = text.split("\\t", 1);
  try { return [line, EJSON.parse(text.slice(line.length + 1), {relaxed: false})]; }
  catch (error) { fail(line, error); }
};
const documents = lines.filter(text => text).map(read);
for (let first = 0; first < documents.length; first += 1000) {
  const batch = documents.slice(first, first + 1000);
  try { db.getCollection(NAME).insertMany(batch.map(([_, document]) => document)); }
  catch (error) { fail(batch[error.writeErrors?.[0]?.index ?? 0][0], error); }
}
print(word);
"""


# The shell says of a mistake in the text where it is, and of one that comes up while it runs
# nothing: its stack is about what it makes of the script. So a script notes on which line each of
# its statements begins, where that is certain: the text before and the text behind have to be
# scripts of their own, and no line that may go on with the one before is taken for a beginning.
# Nothing moves to another line. Of a long script, only what can be found out soon is.
SCRIPT = r"""
{
  const fs = require("fs"), vm = require("vm");
  const text = fs.readFileSync("/dev/stdin", "utf8"), end = text.lastIndexOf("\n");
  const word = text.slice(end + 1), lines = text.slice(0, end).split("\n");
  const compiles = part => {
    try { new vm.Script(part.join("\n")); return true; }
    catch (error) { return false; }
  };
  const apart = (line, before) => before.trimEnd().endsWith(";")
    || /^\s*(?!(in|instanceof|else|catch|finally|while)\b)[A-Za-z_$]/.test(line);
  const begins = (line, at) => line.trim() && apart(line, lines[at - 1] ?? ";")
    && compiles(lines.slice(0, at)) && compiles(lines.slice(at));
  const soon = Date.now() + 1000;
  const noted = lines.map((line, at) => Date.now() < soon && begins(line, at)
    ? `;globalThis.greenroomLine=${at + 1};${line}` : line);
  // Behind a note, `use strict` would mean nothing.
  const fit = Date.now() < soon && !/["']use strict/.test(text);
  const script = fit && compiles(lines) && compiles(noted) ? noted : lines;
  const folder = fs.mkdtempSync(require("os").tmpdir() + "/greenroom-"), file = folder + "/seed.js";
  try {
    fs.writeFileSync(file, script.join("\n"));
    load(file);
    print(word);
  } catch (error) {
    if (globalThis.greenroomLine) process.stderr.write(`line ${globalThis.greenroomLine}:\n`);
    throw error;
  } finally { fs.rmSync(folder, {recursive: true}); }
}
"""


def shell(*more: str) -> tuple[str, ...]:
    """Return the command that opens the shell in the database, with these arguments."""
    return (
        "mongosh",
        "--quiet",
        "--norc",
        "--nodb",
        "--eval",
        f'load("{LOGIN}"); undefined',
        *more,
    )


def run_script(_head: SeedHead) -> tuple[str, ...]:
    """Return the command that runs what it reads."""
    return shell("--eval", SCRIPT)


def insert(head: SeedHead) -> tuple[str, ...]:
    """Return the command that puts documents into the collection that the file is named after."""
    return shell("--eval", f"const NAME = {json.dumps(head.stem)};{INSERT}")


SYNTAX = re.compile(r"(?P<what>\w*Error: .*) \((?P<line>\d+):\d+\)")
NOTE = re.compile(r";globalThis\.greenroomLine=\d+;")
STATEMENT = re.compile(r"line (?P<line>\d+):\n")


def in_script(words: str, text: str, _end: str) -> tuple[int, str]:
    """Return the line on which a script has stopped, and why; 0 where nobody knows."""
    last, words = text.rstrip().count("\n") + 1, NOTE.sub("", words)
    if found := SYNTAX.match(words):
        # What is never closed is missed behind the end.
        return min(int(found["line"]), last), words.replace(found[0], found["what"], 1)
    if found := STATEMENT.match(words):
        return int(found["line"]), words[found.end() :]
    return 0, words


SEEDS = {
    ".js": ExecLoader(
        run_script,
        proof=lambda word: f"\n{word}".encode(),
        locate=in_script,
    ),
    ".json": ExecLoader(
        insert,
        translate=numbered,
        location=r"(?m)^line (?P<line>\d+):",
        place="{file}:{line}:",
        proof=lambda word: word.encode(),
    ),
}
