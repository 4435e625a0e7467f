"""What leaves the monitor: metrics, the Redis view, alert rules and runbooks. A folder by sink."""
