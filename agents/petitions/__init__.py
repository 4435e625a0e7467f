"""Petitions (phản ánh kiến nghị, PAKN): their facts, the rules for them, and how they stand."""
