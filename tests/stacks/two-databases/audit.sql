create table events (at timestamptz default now(), what text not null);
