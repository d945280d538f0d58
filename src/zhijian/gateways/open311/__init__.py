"""Open311 GeoReport v2 for complaints: other platforms give us orders and follow them, and we do the same with them.

What comes is kept as it came (`inbox`) and answered at once; a job takes it by the same road as a row of the exchange's
sheets. With FixMyStreet's service request updates, answers go out and additions come in.
"""
