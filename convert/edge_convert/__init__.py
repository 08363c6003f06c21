"""Light models from their weights to files that a phone runs."""
