-- What an account holds in one currency. The service never lets it fall below zero.
create table accounts (
    id            text   not null,
    currency      text   not null check (currency ~ '^[A-Z]{3}$'),
    balance_cents bigint not null,
    primary key (id, currency),
    constraint not_overdrawn check (balance_cents >= 0)
);

create table payments (
    id           uuid        primary key default gen_random_uuid(),
    account      text        not null,
    currency     text        not null,
    amount_cents bigint      not null check (amount_cents > 0),
    status       text        not null default 'created'
                 check (status in ('created', 'settled', 'declined', 'failed')),
    settled_at   timestamptz,
    reason       text,
    created_at   timestamptz not null default now(),
    constraint known_account
        foreign key (account, currency) references accounts (id, currency),
    constraint settled_has_a_date
        check ((status = 'settled') = (settled_at is not null))
);
