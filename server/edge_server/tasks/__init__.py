"""What can be asked: one task, one address under ``/v1``."""
