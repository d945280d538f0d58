"""When: what is due and planned for a person or an office as a calendar, and slots that an enterprise can book.

A programme says for which of its matters a time can be chosen (`Bookable` in its `appointments.py`); slots, bookings,
reminders, the calendar and its feed are here.
"""
