"""Benchmarks: run `python -m bench`, or `make bench`. Figures of one run only are compared with each other."""
