"""Procedures (thủ tục hành chính): their facts, the rules for those who announce them, and how they stand."""
