"""The values every part speaks in: frozen, typed, standard library only."""
