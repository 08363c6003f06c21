"""``python -m edge_server``: the same as ``edge-serve``."""

import sys

from edge_server.cli import main

if __name__ == "__main__":
    sys.exit(main())
