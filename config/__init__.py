"""What an operator may change: settings, policy, and the files of Prometheus and Alertmanager."""
