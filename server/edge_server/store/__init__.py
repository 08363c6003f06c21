"""What is kept: photos, what was found in them, and pictures of it, by their owners."""
