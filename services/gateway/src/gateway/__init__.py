"""The public door: routes requests to the services, within their rate limits."""
