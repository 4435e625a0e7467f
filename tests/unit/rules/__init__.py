"""Tests of the rules, a file each."""
