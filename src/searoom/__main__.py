"""`python -m searoom` is `searoom`."""

import sys

from searoom.cli import main

sys.exit(main())
