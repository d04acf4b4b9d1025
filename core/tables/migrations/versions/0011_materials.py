"""Issued materials

Revision: materials, after scale
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'materials'
down_revision = 'scale'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('issued_material',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('file_name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('mark', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('issued_by', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('issued_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issued_material'))
    )
    op.create_index(op.f('ix_issued_material_sha256'), 'issued_material', ['sha256'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_issued_material_sha256'), table_name='issued_material')
    op.drop_table('issued_material')
