"""The best mix of precisions for a model."""
