"""`python -m console`: the same as the command `bluegreen`."""

from console.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
