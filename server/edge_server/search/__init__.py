"""Reverse image search: the same photo, changed copies of it, and photos that look alike."""
