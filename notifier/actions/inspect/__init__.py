"""What a person looks at: previews, explanations, rehearsals, `doctor`."""
