"""What a complaint's text says: its category, whether it was seen before, where such texts pile up. Pure; no database.

Proposals for people, each with its reason: nothing here decides, routes or rejects anything.
"""
