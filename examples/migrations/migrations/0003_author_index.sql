create index books_by_author on books (lower(author));
