"""Frozen values that every floor speaks in. Nothing here touches a file, a process or the clock."""
