"""Addresses of the inbox, the outbox and the jobs."""

from __future__ import annotations

from django.urls import path

from zhijian.kernel.notices import cost_pages, preference_pages, robot_pages, views

urlpatterns = [
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/read/", views.read_all, name="inbox_read_all"),
    path("inbox/<uuid:uid>/", views.open_notice, name="inbox_open"),
    path("notices/failed/", views.failed_page, name="notices_failed"),
    path("notices/<uuid:uid>/again/", views.send_again, name="notice_again"),
    path("notices/<uuid:uid>/settled/", views.settled, name="notice_settled"),
    path("notices/cost/", cost_pages.cost, name="notices_cost"),
    path("notices/cost/of/<str:area>/", cost_pages.cost_office, name="notices_cost_office"),
    path("notices/robots/", robot_pages.robots, name="notices_robots"),
    path("notices/robots/<str:area>/", robot_pages.robot, name="notices_robot"),
    path("notices/robots/<str:area>/<slug:what>/", robot_pages.robot_act, name="notices_robot_act"),
    path("me/notices/", preference_pages.preferences, name="notices_preferences"),
    path("notices/link/<uuid:uid>/", views.link, name="notice_link"),
    path("notices/simulator/", views.simulator, name="notices_simulator"),
    path("jobs/", views.jobs_page, name="jobs"),
    path("jobs/<int:pk>/again/", views.job_again, name="job_again"),
]
