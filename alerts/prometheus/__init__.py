"""Prometheus: the metrics a worker exposes. The rules are in config/prometheus/rules/."""
