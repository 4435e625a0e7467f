"""Alerts on their way from the topic to whoever tells people of them: what every sink has in common."""
