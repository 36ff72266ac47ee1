"""The ``billing`` command: Django's management commands with this service's settings."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the management command that the process was called with."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
