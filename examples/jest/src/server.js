"use strict";

const { Pool } = require("pg");
const { application } = require("./app");

const database = new Pool({ connectionString: process.env.DATABASE_URL });
const server = application(database).listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on ${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => database.end()));
}
