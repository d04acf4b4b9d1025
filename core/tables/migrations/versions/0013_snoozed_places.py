"""A county's matters set aside are found without reading all counties'

Revision: snoozed_places, after lacking
"""

from alembic import op

revision = 'snoozed_places'
down_revision = 'lacking'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('matter_snooze') as table:
        table.create_index(table.f('ix_matter_snooze_place'), ['place'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('matter_snooze') as table:
        table.drop_index(table.f('ix_matter_snooze_place'))
