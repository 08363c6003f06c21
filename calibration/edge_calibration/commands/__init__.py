"""One file a command of ``edge-calibrate``: its options, and one function that runs it.

Each has ``add_options(parser)`` and ``run(options)``, which returns the exit status and
prints its result by :func:`edge_calibration.cli.show`.
"""
