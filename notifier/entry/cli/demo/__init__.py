"""The demo, shown live."""
