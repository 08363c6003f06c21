"""What an app computed, held against Python step by step: which step is wrong, and why."""
