"""What can be done: one function for each thing, with an actor. It alone opens transactions."""
