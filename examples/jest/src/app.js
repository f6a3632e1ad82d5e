"use strict";

const express = require("express");

const FOREIGN_KEY_VIOLATION = "23503";
const UNIQUE_VIOLATION = "23505";

/** The application on a database, a `pg.Pool`; whoever made the pool ends it. */
function application(database) {
  const app = express();
  app.use(express.json());

  app.get("/health", async (_, response) => {
    await database.query("select 1");
    response.json("ok");
  });

  app.post("/notebooks", async ({ body }, response) => {
    await database.query("insert into notebooks values ($1)", [body.name]);
    response.status(201).json({ name: body.name });
  });

  app.get("/notebooks/:name/notes", async ({ params }, response) => {
    const { rows } = await database.query(
      "select id, text, written from notes where notebook = $1 order by id",
      [params.name],
    );
    response.json(rows);
  });

  app.post("/notebooks/:name/notes", async ({ params, body }, response) => {
    if (typeof body?.text !== "string" || body.text === "") {
      response.status(422).json({ error: "a note has a text" });
      return;
    }
    const { rows } = await database.query(
      "insert into notes (notebook, text) values ($1, $2) returning id, text, written",
      [params.name, body.text],
    );
    response.status(201).json(rows[0]);
  });

  app.use(refusals);
  return app;
}

/** What the database refuses, in the words of HTTP. Everything else is Express's to report. */
function refusals(error, _, response, next) {
  switch (error.code) {
    case FOREIGN_KEY_VIOLATION:
      response.status(404).json({ error: "there is no such notebook" });
      break;
    case UNIQUE_VIOLATION:
      response.status(409).json({ error: "there is such a notebook already" });
      break;
    default:
      next(error);
  }
}

module.exports = { application };
