"""How the tables came to be what the models say."""
