"""The five projects that PocketLens goes back to: their clients find all that they had.

One file a project; each is a skin over the server's own tasks, with the same limits, keys,
rates and problems, and has no model of its own.
"""
