"""Addresses of inspections. The code's is in capitals: a QR code holds these in less room."""

from __future__ import annotations

from django.urls import path

from zhijian.programmes.inspection import codepages, kind_pages, list_pages
from zhijian.programmes.inspection.draw import pages as draw_pages
from zhijian.programmes.inspection.fair import item_pages, joint_pages, most, pages, plan_pages
from zhijian.programmes.inspection.onsite import pages as onsite_pages
from zhijian.programmes.inspection.onsite import product_pages
from zhijian.programmes.inspection.route import pages as route_pages

urlpatterns = [
    path("checklists/", list_pages.lists_page, name="checklists"),
    path("checklists/<str:code>/", list_pages.list_page, name="checklist"),
    path("day/", route_pages.day_page, name="day_route"),
    path("visits/joint/", joint_pages.joint_page, name="visit_joint"),
    path("visits/most/", most.most_page, name="visit_most"),
    path("visits/items/", item_pages.items_page, name="visit_items"),
    path("visits/products/", product_pages.products_page, name="products_seen"),
    path("visits/time/", onsite_pages.time_page, name="visit_time"),
    path("plans/<uuid:uid>/sheet/", plan_pages.sheet_page, name="visit_plan_sheet"),
    path("plans/<uuid:uid>/<int:line>/", plan_pages.line_page, name="visit_plan_line"),
    path("plan/<str:area>/<int:year>/", plan_pages.public_page, name="visit_plan_public"),
    path("draws/<uuid:uid>/pool/", draw_pages.pool_page, name="visit_draw_pool"),
    path("visits/kinds/", kind_pages.kinds_page, name="visit_kinds"),
    path("visits/cap/", pages.cap_page, name="visit_cap"),
    path("I/<str:code>", codepages.code_page, name="inspection_code"),
    path(".well-known/zhijian-visit-code", codepages.key_page, name="inspection_code_key"),
]
