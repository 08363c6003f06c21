"""What a photo is like: measured, read from its file, and named."""
