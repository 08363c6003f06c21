"""``python -m edge_calibration`` is ``edge-calibrate``."""

import sys

from edge_calibration.cli import main

sys.exit(main())
