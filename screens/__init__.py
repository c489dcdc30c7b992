"""The terminal program: Textual screens over the headless core.

Importing this package sets what Textual reads from the environment when it is imported itself.
"""

import os

from console.terminal import prepare

prepare(os.environ)
