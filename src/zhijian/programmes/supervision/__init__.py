"""Supervision orders (督办) and joint handling (协办), about whatever is open.

The centre above, or the head of an office, orders that something be done or reported about a matter by a day. Whoever
holds a matter asks another office to contribute to it. Both hang on the matter, go where it goes and end with it; no
enterprise ever sees them (Order 121 art. 37: who reported it might be guessed).
"""
