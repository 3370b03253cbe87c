"""What an operator reads, at most 80 columns wide."""
