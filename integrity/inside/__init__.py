"""What enters a unit's env: the standard library and pytest only, Python 3.9 and later."""
