create table items (id int); insert into items values (1);
