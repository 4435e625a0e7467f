"""What is wrong with a log or its mapping."""


class ImportLogError(ValueError):
    """One clear line that names the file, and the line and field where there is one; never what stood there."""
