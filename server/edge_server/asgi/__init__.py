"""Between the socket and Flask: limits on bodies, threads, draining."""
