"""What people look at. Entry points see this room and no other of the store."""
