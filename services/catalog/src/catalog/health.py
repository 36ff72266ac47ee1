"""Whether the service can do its work, which is whether its database answers."""

import logging

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)


def database_answers(engine: Engine) -> bool:
    """Tell whether a query gets its answer. Why it does not is logged, not told to callers."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar_one() == 1
    except SQLAlchemyError:
        logger.warning("the database does not answer", exc_info=True)
        return False
