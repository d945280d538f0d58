"""Collect's door, and the desk's pages about it."""

from django.urls import path

from zhijian.gateways.openrosa import pages, views

urlpatterns = [
    path("openrosa/formList", views.form_list, name="openrosa_list"),
    path("openrosa/forms/<str:code>/form.xml", views.form_xml, name="openrosa_form"),
    path("openrosa/forms/<str:code>/manifest", views.manifest, name="openrosa_manifest"),
    path("openrosa/forms/<str:code>/<str:name>", views.media, name="openrosa_media"),
    path("openrosa/submission", views.submission, name="openrosa_submission"),
    path("me/collect/", pages.collect, name="collect"),
    path("me/collect/<uuid:uid>/", pages.renew, name="collect_renew"),
    path("held/<uuid:uid>/submission.xml", pages.original, name="held_submission"),
]
