"use strict";

/** The application in the tests' own process: a failing line is in the stack trace. */

const { randomUUID } = require("node:crypto");
const { Pool } = require("pg");
const request = require("supertest");
const { application } = require("../src/app");

const database = new Pool({ connectionString: process.env.DATABASE_URL });
const app = application(database);

// Test files run at the same time, and all share the database: each works in notebooks of its own.
let notebook;

beforeEach(async () => {
  notebook = `app-${randomUUID()}`;
  await request(app).post("/notebooks").send({ name: notebook }).expect(201);
});

afterEach(() => database.query("delete from notebooks where name = $1", [notebook]));
afterAll(() => database.end());

test("a note that was written is read", async () => {
  const { body: note } = await request(app)
    .post(`/notebooks/${notebook}/notes`)
    .send({ text: "buy milk" })
    .expect(201);

  const { body: notes } = await request(app).get(`/notebooks/${notebook}/notes`).expect(200);

  expect(notes).toEqual([note]);
  expect(Date.parse(note.written)).not.toBeNaN();
});

test("notes come in the order in which they were written", async () => {
  for (const text of ["one", "two", "three"]) {
    await request(app).post(`/notebooks/${notebook}/notes`).send({ text }).expect(201);
  }

  const { body: notes } = await request(app).get(`/notebooks/${notebook}/notes`);

  expect(notes.map(({ text }) => text)).toEqual(["one", "two", "three"]);
});

test("quotes are only quotes", async () => {
  const text = "'); drop table notes; --";

  await request(app).post(`/notebooks/${notebook}/notes`).send({ text }).expect(201);

  const { rows } = await database.query("select text from notes where notebook = $1", [notebook]);
  expect(rows).toEqual([{ text }]);
});

test.each([[{}], [{ text: "" }], [{ text: 7 }]])("%j is no note", async (body) => {
  await request(app).post(`/notebooks/${notebook}/notes`).send(body).expect(422);
});

test("a notebook's name is taken once", async () => {
  await request(app).post("/notebooks").send({ name: notebook }).expect(409);
});

test("a note needs a notebook", async () => {
  await request(app).post("/notebooks/nowhere/notes").send({ text: "lost" }).expect(404);
});
