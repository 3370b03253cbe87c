"""What a notice is about and says: the scope that was asked for, the rule, the context, the draft."""
