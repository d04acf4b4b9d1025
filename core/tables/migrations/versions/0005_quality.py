"""Data quality: what is wrong with a household, which rules a batch could not check, and 决算 of a project

Revision: quality, after imports
"""

import sqlalchemy as sa
from alembic import op

revision = 'quality'
down_revision = 'imports'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('household') as table:
        table.add_column(sa.Column('faults', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('batch') as table:
        table.add_column(sa.Column('unchecked_rules', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('project') as table:
        table.add_column(sa.Column('settled_fen', sa.BigInteger(), nullable=True))
    # 升级前导入的批次没有核查过：未检查，不是没有问题。
    numbers = ', '.join(str(n) for n in range(1, 17))
    op.execute(f"UPDATE batch SET unchecked_rules = '[{numbers}]' WHERE ledger = 'monitored'")


def downgrade() -> None:
    with op.batch_alter_table('project') as table:
        table.drop_column('settled_fen')
    with op.batch_alter_table('batch') as table:
        table.drop_column('unchecked_rules')
    with op.batch_alter_table('household') as table:
        table.drop_column('faults')
