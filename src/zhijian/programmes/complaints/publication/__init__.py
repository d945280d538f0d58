"""Published complaint statistics (投诉信息公示): how many complaints about a shop ended how, by shop and by kind.

Counts only: never who complained, never what they wrote, never anything of a report. A complaint that has ended makes a
line; the shop may object before it is shown; it leaves by itself after its term, and at once when the link to the shop
no longer holds. What is shown, after which outcome and for how long are rows of the pack, all of them [K].
"""
