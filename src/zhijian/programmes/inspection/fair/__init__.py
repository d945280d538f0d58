"""Fair to enterprises (涉企行政检查): how often an enterprise may be visited, on what ground, and by whom at once.

State Council Office document 54 of 2024: no more planned visits than the cap allows, exceptions named and counted.
"""
