"""Consumer-rights service stations (消费维权服务站) and ODR enterprises, the first to handle a dispute where it arose.

A station is the bureau's own, an enterprise's or a trade's, or a community's; an ODR enterprise is the same thing with
another standard and another clock. It applies, is looked at by the points of the standard, gets a plaque, keeps a log,
is rated each year and may lose its plaque. A complaint of its firm or its area goes to it first, for a short time: what
it does not settle goes up again by itself, and the complaint's own clocks never stop.
"""
