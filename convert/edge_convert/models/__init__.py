"""The light models: one file each, ending in a tuple ``MODELS``."""
