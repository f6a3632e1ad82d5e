create table invoices (order_id text primary key, total integer not null);
