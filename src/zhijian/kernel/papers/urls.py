from django.urls import path

from zhijian.kernel.papers import views

urlpatterns = [
    path("papers/<uuid:uid>.pdf", views.paper_pdf, name="paper_pdf"),
    path("v/", views.verify_form, name="papers_verify_form"),
    path("v/<str:code>", views.verify, name="papers_verify"),
]
