"""Who asks: the command line, HTTP, the tasks. Parse, call one action, print."""
