"""Translation between the world outside and our values. Nothing here knows the database."""
