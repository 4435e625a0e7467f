"""The Alertmanager sink: one alert a dossier, or one an agency where there are too many."""
