"""Commands: parse, call one action, print."""
