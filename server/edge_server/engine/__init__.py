"""Where inference happens: one interface, and the engine inside this process."""
