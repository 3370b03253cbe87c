"""Which database and which processes these are, and that they live."""
