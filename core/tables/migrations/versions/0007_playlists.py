"""Playlists

Revision: playlists, after ledgers
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'playlists'
down_revision = 'ledgers'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('playlist',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('area', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('slides', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('dwell_seconds', sa.Integer(), nullable=False),
    sa.Column('theme', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('saved_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('saved_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playlist'))
    )


def downgrade() -> None:
    op.drop_table('playlist')
