"""The Friday-night story on embedded servers: made-up people, the real path, and an ending read back."""
