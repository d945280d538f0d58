"""The public's and the enterprises' doors of inspections."""

from django.urls import path

from zhijian.programmes.inspection.portal import account, enterprise, shop

urlpatterns = [
    path("d/<str:code>/", shop.shop, name="shop"),
    path("p/<str:token>/", enterprise.visit, name="enterprise_visit"),
    path("p/<str:token>/<uuid:uid>/<str:verb>/", enterprise.act, name="enterprise_act"),
    path("p/<str:token>/paper/<uuid:uid>.pdf", enterprise.paper, name="enterprise_paper"),
    path("p/<str:token>/photo/<uuid:uid>.jpg", enterprise.photo, name="enterprise_photo"),
    path("my/", account.matters, name="enterprise_account"),
    path("my/sign-in/", account.sign_in, name="enterprise_sign_in"),
    path("my/sign-out/", account.sign_out, name="enterprise_sign_out"),
    path("my/<uuid:uid>/", account.open_visit, name="enterprise_open"),
]
