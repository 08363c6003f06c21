"""People who agreed to be known: their faces, who is in a photo, and groups of faces."""
