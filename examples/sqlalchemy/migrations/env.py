"""How Alembic finds the database, LIBRARY_URL, and what it is to look like."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

from lending.model import Base

# Migrations written as text, without a server (`--sql`), are not for this project.
engine = create_engine(os.environ["LIBRARY_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
