"""Photos with what they are known to show, and how near a result comes to that."""
