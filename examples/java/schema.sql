create table accounts (
  owner text primary key,
  cents bigint not null check (cents >= 0)
);
