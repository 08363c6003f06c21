"""What an evaluation found: as records, as text, as a page."""
