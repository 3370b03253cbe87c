"""What a person says: suspend, update, correct, restore, a review, a copy."""
