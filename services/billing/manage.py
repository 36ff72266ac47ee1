#!/usr/bin/env python
"""Django's usual doorway; the same as the ``billing`` command."""

from billing.__main__ import main

if __name__ == "__main__":
    main()
