"""Addresses of supervision beside those that every matter has."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.supervision import pages
from zhijian.programmes.supervision.joint import pages as joint

urlpatterns = [
    path("supervision/<uuid:uid>/order/", pages.supervise_page, name="supervise"),
    path("supervision/lists/<str:name>/order/", pages.supervise_many, name="supervise_many"),
    path("supervision/<uuid:uid>/joint/", joint.ask_page, name="joint_ask"),
    path("supervision/joint/", joint.waiting_page, name="joint_waiting"),
    path("supervision/joint/<uuid:uid>/<str:verb>/", joint.judge_page, name="joint_judge"),
]
