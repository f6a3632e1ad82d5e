create table notebooks (
  name text primary key
);
create table notes (
  id       integer generated always as identity primary key,
  notebook text not null references notebooks on delete cascade,
  text     text not null check (text <> ''),
  written  timestamptz not null default now()
);
