create table b (i int);
