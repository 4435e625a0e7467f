"""The program for Quix Streams, and what it needs."""
