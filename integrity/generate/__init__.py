"""Writes what people start from: units made anew, and what an existing monorepo needs to adopt the tool. Nothing is ever overwritten."""
