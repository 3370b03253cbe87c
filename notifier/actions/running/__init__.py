"""Ticks, and the signs of life of processes."""
