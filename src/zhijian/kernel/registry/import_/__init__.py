"""Taking tables of other systems into the register: CSV and XLSX by a mapping of the pack.

`runner.import_file` (here and now) and `doors.submit` (as a job) begin one; `hooks.register_record_importer` lets
a programme take its own records out of the same file. The checking half (`rows`, `convert`, `sources`) knows no Django,
so that its processes start quickly and stay small.
"""
