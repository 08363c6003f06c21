"""Core ML programs, read and run operation by operation on any machine."""
