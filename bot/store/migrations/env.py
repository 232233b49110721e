"""What Alembic runs for each revision: the edge's tables and the directory's, in one database."""

from alembic import context

from bot.store.database import open_engine
from bot.store.tables import metadata
from directory.tables import metadata as directory_metadata

engine = open_engine(context.config.attributes["url"])
with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=[metadata, directory_metadata],
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
