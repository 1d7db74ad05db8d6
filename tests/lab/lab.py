#!/usr/bin/env python3
"""The laboratory of real servers; README.md says what is in it. Python 3.11, standard library only."""
import os
import sys

if sys.version_info < (3, 11):
    sys.exit("the lab needs Python 3.11 or newer: apt-get install python3.11")
# nothing is written into the checkout, neither by this program nor by those that it starts
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

from lab.cli import main  # noqa: E402

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
