"""What Alembic runs for each revision of the edge's tables."""

from alembic import context

from bot.store.database import open_engine
from bot.store.tables import metadata

engine = open_engine(context.config.attributes["url"])
with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
