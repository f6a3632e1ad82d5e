create table links (
  slug text primary key,
  url  text not null
);
