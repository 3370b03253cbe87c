"""`python -m notifier` is the `notifier` command."""

from notifier.entry.cli import main

if __name__ == "__main__":
    main()
