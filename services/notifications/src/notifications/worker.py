"""The Celery application: ``celery --app notifications.worker worker``.

Importing this module reads the environment; everything else can be imported without one.
"""

from notifications.assembly import create_worker
from notifications.settings import current_settings

app = create_worker(current_settings())
