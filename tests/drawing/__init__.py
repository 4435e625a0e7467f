"""Grafana's dashboards drawn with Grafana's own components, over a real Prometheus, in a real browser."""
