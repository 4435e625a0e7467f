"""Redis: the view of open, overdue and unsynced dossiers, and of the index, for people and programs."""
