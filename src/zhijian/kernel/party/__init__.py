"""The enterprise's door: the page behind a link or an account for every flow in which the enterprise has a step.

A programme says in its `portal.py` what it wants to say differently (`PartyPage`); without a word the page is made from
the flow: the state, what to do by when, the enterprise's own steps as forms, papers, and what happened so far.
"""
