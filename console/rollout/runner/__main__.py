"""`python -m console.rollout.runner ID --config FILE`."""

import sys

from console.rollout.runner.process import main

sys.exit(main())
