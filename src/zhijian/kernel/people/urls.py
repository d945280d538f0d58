"""Addresses of the people's pages."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.people import acts, excel, pages

urlpatterns = [
    path("people/", pages.people_page, name="people"),
    path("people/new/", pages.new_page, name="person_new"),
    path("people/import/", excel.take_in, name="people_import"),
    path("people/<int:pk>/", pages.person_page, name="person"),
    path("people/<int:pk>/handover/", pages.handover_page, name="hand_over"),
    path("people/<int:pk>/password/", acts.password, name="person_password"),
    path("people/<int:pk>/do/<slug:what>/", acts.act, name="person_act"),
    path("people/<int:pk>/post/<int:post>/end/", acts.end_post, name="post_end"),
    path("people/<int:pk>/leave/<uuid:uid>/end/", acts.end_leave, name="leave_end"),
    path("people/<int:pk>/leave/<uuid:uid>/stand-in/", acts.stand_in, name="leave_stand_in"),
    path("handovers/", pages.handovers_page, name="handovers"),
    path("handovers/<uuid:uid>/", pages.handover_shown, name="handover"),
    path("handovers/<uuid:uid>/confirm/", acts.confirm, name="handover_confirm"),
    path("handovers/<uuid:uid>/withdraw/", acts.withdraw, name="handover_withdraw"),
]
