"""The companion server: heavy models, and the bundle's light ones, behind an HTTP API."""
