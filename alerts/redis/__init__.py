"""Redis: the view of open, overdue and unsynced dossiers, for people and programs."""
