"""The decoding fuzz: records made of the golden corpus by mutation, in every form, and what must hold of each.

`python -m tests.fuzz` runs a million; `tests/unit/test_decoding_fuzz.py` a few hundred with every run of the tests.
"""
