"""What an accelerator or a runtime will refuse, found by looking at a file.

Each rule has an id, comes from a failure that somebody documented, and says how to mend it.
"""
