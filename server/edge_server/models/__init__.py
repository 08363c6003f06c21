"""The heavy models: one file each, ending in a tuple ``MODELS``."""
