"""Calibration photos, and what conversion and quantisation cost."""
