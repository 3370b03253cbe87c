"""The values every part speaks in: frozen, typed; the standard library, and CLDR's matching of languages."""
