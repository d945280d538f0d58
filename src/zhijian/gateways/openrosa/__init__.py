"""The door for ODK Collect and whatever else speaks OpenRosa: checklists as forms, submissions as records of the field.

A submission is kept byte for byte, then told in the words of the field app's released schema, and goes the same road.
"""
