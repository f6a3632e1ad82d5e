-- Every book has an ISBN now; those of before get their id as a stand-in.
alter table books add column isbn text;
update books set isbn = 'unknown-' || id;
alter table books alter column isbn set not null;
alter table books add constraint one_book_per_isbn unique (isbn);
