"""Data in motion: event types, the portal's messages, topics, dead letters, the partition reader, publishing."""
