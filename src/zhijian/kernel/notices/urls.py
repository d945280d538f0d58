"""Addresses of the inbox, the outbox and the jobs."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.notices import views

urlpatterns = [
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/read/", views.read_all, name="inbox_read_all"),
    path("inbox/<uuid:uid>/", views.open_notice, name="inbox_open"),
    path("notices/failed/", views.failed_page, name="notices_failed"),
    path("notices/<uuid:uid>/again/", views.send_again, name="notice_again"),
    path("notices/link/<uuid:uid>/", views.link, name="notice_link"),
    path("notices/simulator/", views.simulator, name="notices_simulator"),
    path("jobs/", views.jobs_page, name="jobs"),
    path("jobs/<int:pk>/again/", views.job_again, name="job_again"),
]
