"""Products and the feed of what happens to them."""
