"""Books, and how many copies of each there are."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("isbn", sa.String(13), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.CheckConstraint("copies > 0", name="at_least_one_copy"),
    )


def downgrade() -> None:
    op.drop_table("books")
