"""The torch modules of the heavy models."""
