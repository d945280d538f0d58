"""What the enterprise thinks of how it was dealt with: ratings, and the return calls (回访) that follow from them.

A programme says after which of its matters is asked (`Question` in its `ratings.py`); the page, the calls, the draw of
the sample and the figures are here. Who is rated never sees who rated him, nor makes the call.
"""
