"""Who is told, and why: verdicts, what is owed, lists that are frozen, and their second count."""
