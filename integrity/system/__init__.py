"""The doors: processes, git, files, the clock and uv. Nothing above asks the operating system directly."""
