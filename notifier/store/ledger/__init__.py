"""What was sent: chunks, attempts, outcomes, what nobody knows, the brake."""
