"""What runs by itself: evidence, freezing, sending, sweeping, what the provider reports."""
