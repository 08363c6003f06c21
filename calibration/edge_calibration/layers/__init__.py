"""Where a file loses it: every node against what it should have made."""
