create table articles (
  sku   text primary key,
  count integer not null check (count >= 0)
);
