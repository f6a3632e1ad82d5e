db.createCollection("c");
