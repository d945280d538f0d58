"""Joint handling (协办): whoever holds a matter asks another office of the city to contribute to it.

The other office can't open the matter: row security shows it its own area. So the request is a matter of its own there
and holds what that office needs, chosen by whoever asks; what comes back is brought to the matter by the system's hand.
"""
