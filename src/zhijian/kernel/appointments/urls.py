"""Addresses of calendar, slots and choosing a time."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.appointments import calendars, pages, slots

urlpatterns = [
    path("p/<str:token>/times/", pages.party_times, name="party_times"),
    path("my/<uuid:matter>/times/", pages.party_times, name="party_my_times"),
    path("times/<uuid:uid>/", pages.matter_times, name="matter_times"),
    path("e/<uuid:uid>/times/", pages.entity_times, name="entity_times"),
    path("slots/", slots.slots_page, name="slots"),
    path("slots/<uuid:uid>/", slots.slot_page, name="slot"),
    path("slots/<uuid:uid>/withdraw/", slots.withdraw, name="slot_withdraw"),
    path("calendar/", calendars.calendar_page, name="calendar"),
    path("calendar/feed/", calendars.feed_page, name="calendar_feed"),
    path("calendar/feed/<int:pk>/revoke/", calendars.feed_revoke, name="calendar_feed_revoke"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar_ics"),
]
