"""Tallies in the order in which pages read them, merged above the county; what was published; regions

Revision: scale, after matters
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'scale'
down_revision = 'matters'
branch_labels = None
depends_on = None

TALLY = "place, period, series, day, known, revision, amount"


def _tally(*order: str) -> None:
    op.create_table('tally',
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('series', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('known', sa.BigInteger(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint(*order, name=op.f('pk_tally')),
    sqlite_with_rowid=False
    )


def upgrade() -> None:
    op.create_table('published',
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('place', name=op.f('pk_published'))
    )
    op.create_table('region',
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('upper', sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('copy_of', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_region'))
    )
    op.create_index(op.f('ix_region_name'), 'region', ['name'], unique=False)
    op.create_index(op.f('ix_region_upper'), 'region', ['upper'], unique=False)
    op.create_index('ix_batch_county_ledger', 'batch', ['county', 'ledger'], unique=False)
    op.create_index(op.f('ix_event_batch_id'), 'event', ['batch_id'], unique=False)
    op.execute(f"create table tally_before as select {TALLY} from tally")
    op.drop_table('tally')
    _tally('place', 'period', 'series', 'day', 'known', 'revision')
    op.execute(f"insert into tally ({TALLY}) select {TALLY} from tally_before")
    for digits in (2, 4):
        op.execute(
            f"insert into tally ({TALLY}) select substr(place, 1, {digits}), period, series, day, 0, 0, sum(amount)"
            f" from tally_before where length(place) = 6 group by substr(place, 1, {digits}), period, series, day"
        )
    op.drop_table('tally_before')
    for digits in (0, 2, 4, 6):
        op.execute(
            f"insert into published (place, version) select substr(batch.county, 1, {digits}), max(event.id)"
            f" from event join batch on batch.id = event.batch_id group by substr(batch.county, 1, {digits})"
        )


def downgrade() -> None:
    op.execute(f"create table tally_before as select {TALLY} from tally where length(place) >= 6")
    op.drop_table('tally')
    _tally('place', 'series', 'period', 'day', 'known', 'revision')
    op.execute(f"insert into tally ({TALLY}) select {TALLY} from tally_before")
    op.drop_table('tally_before')
    op.drop_index(op.f('ix_event_batch_id'), table_name='event')
    op.drop_index('ix_batch_county_ledger', table_name='batch')
    op.drop_index(op.f('ix_region_upper'), table_name='region')
    op.drop_index(op.f('ix_region_name'), table_name='region')
    op.drop_table('region')
    op.drop_table('published')
