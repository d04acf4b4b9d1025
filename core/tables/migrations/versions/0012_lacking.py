"""Which columns a project's workbook lacks: without them nothing is told, which is not zero

Revision: lacking, after materials
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'lacking'
down_revision = 'materials'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('project') as table:
        table.add_column(sa.Column('lacking', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('project') as table:
        table.drop_column('lacking')
