"""One file a command: its arguments and one function that returns a value; commands never print."""
