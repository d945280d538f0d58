"""Possible duplicates of an area: two files of one enterprise, found by rules, looked at by a person."""
