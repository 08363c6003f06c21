"""``python -m edge_convert``."""

from edge_convert.cli import main

raise SystemExit(main())
