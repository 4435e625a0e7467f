"""`python -m dunghan`."""

from dunghan.cli import main

main(prog_name="dunghan")
