"""How an item is handled in law: proof of identity, mediation, reward, return call, and items that are two in one.

Each is told in a module of its own: its facts, its steps, and what follows from them; `flow.py` puts the steps into the
flows of items.
"""
