"""Acts by Excel: a list goes out with keys and versions, comes back with an act in each row; tried, done, taken back.

Any step that a list declares fit for many (`MatterList.bulk`) takes part; its facts are the columns.
"""
