"""matters set aside

Revision: matters, after accounts
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'matters'
down_revision = 'accounts'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('matter_snooze',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('matter', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_snooze'))
    )
    with op.batch_alter_table('matter_snooze', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_matter_snooze_matter'), ['matter'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('matter_snooze', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_matter_snooze_matter'))
    op.drop_table('matter_snooze')
