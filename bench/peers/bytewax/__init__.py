"""The program for Bytewax, and what it needs."""
