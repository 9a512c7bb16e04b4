"""`python -m edlite`."""

from edlite.cli import main

if __name__ == "__main__":
    main()
