CREATE TABLE accounts (id integer PRIMARY KEY);
SELECT pg_sleep(0.5);
