create table customers (
    id   int primary key,
    name text not null
);

create table orders (
    id       int primary key,
    customer int not null references customers
    total    numeric(10, 2) not null
);
