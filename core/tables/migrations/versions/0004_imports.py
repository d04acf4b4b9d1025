"""Corrections of sources, and what clerks said of headings

Revision: imports, after tasks
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'imports'
down_revision = 'tasks'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('header_memory',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ledger', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('header', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_header_memory'))
    )
    op.create_table('source_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('county', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('leaf', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(), nullable=False),
    sa.Column('target', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('row_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('heading', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('was', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('now', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('document', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_correction')),
    sa.UniqueConstraint('county', 'content_hash', name=op.f('uq_source_correction_county_content_hash'))
    )
