"""Loans; a reader has a book once at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("isbn", sa.String(13), sa.ForeignKey("books.isbn"), nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("returned", sa.Date),
    )
    op.create_index(
        "one_loan_at_a_time",
        "loans",
        ["isbn", "reader"],
        unique=True,
        postgresql_where=sa.text("returned IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("loans")
