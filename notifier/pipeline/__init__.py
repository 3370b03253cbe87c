"""The way through, a module or a room for each step: decisions on top, steps below. No step imports another."""
