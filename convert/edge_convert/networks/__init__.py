"""The networks as plain torch modules, one file a family."""
