"""The weights of the heavy models: fetched when asked for, imported once, checked."""
