"""The program for confluent-kafka, and what it needs."""
