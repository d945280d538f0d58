"""Measured comparisons with peers and limits, one command each: `python -m bench.NAME`, see `common`."""
