"""What Alembic runs for each revision of the directory's tables."""

from alembic import context

from directory.database import open_engine
from directory.migrate import VERSIONS
from directory.tables import metadata

engine = open_engine(context.config.attributes["url"])
with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSIONS,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
