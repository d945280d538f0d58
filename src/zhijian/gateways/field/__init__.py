"""The field app's door: enrolment, short tokens, incremental reference data, and records that are never refused."""
