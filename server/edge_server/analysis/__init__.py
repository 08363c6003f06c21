"""Everything at once: many analyses of a photo in one question, and many photos in a job."""
