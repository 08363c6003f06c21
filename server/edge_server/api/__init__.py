"""Flask: requests to calls, answers to replies."""
