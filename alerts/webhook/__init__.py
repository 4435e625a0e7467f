"""The webhook sink: every step of every alert to one address, signed."""
