"""Grafana: dashboards as code, pushing them, and annotations."""
