"""`python -m zhijian …` is the `zhijian` command."""

import sys

from zhijian.cli import main

if __name__ == "__main__":
    sys.exit(main())
