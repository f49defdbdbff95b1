"""`python -m wann`: the same as `wann`."""

from wann.cli.main import main

if __name__ == "__main__":
    main()
