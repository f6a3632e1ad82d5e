"use strict";

/** The service as it runs, in a process of its own: what only its start and its settings can break. */

const request = require("supertest");

const api = request(process.env.API_URL);

test("it is healthy", async () => {
  const { body } = await api.get("/health").expect(200);

  expect(body).toBe("ok");
});

test("it works on the database that was seeded", async () => {
  await api.post("/notebooks").send({ name: "welcome" }).expect(409);
});

test("what is no JSON is refused", async () => {
  await api
    .post("/notebooks")
    .set("Content-Type", "application/json")
    .send("{no json")
    .expect(400);
});
