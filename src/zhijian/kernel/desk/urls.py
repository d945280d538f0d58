"""The desk's addresses."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from zhijian.kernel.desk import excel
from zhijian.kernel.desk.api import api
from zhijian.kernel.desk.sheets import pages as sheets
from zhijian.kernel.desk.views import (
    account,
    board,
    centre,
    clocks,
    entity,
    lists,
    opening,
    patch,
    private,
    record,
    saved,
    search,
    todo,
)

urlpatterns = [
    path("", todo.todo_page, name="todo"),
    path("login/", account.sign_in, name="login"),
    path("login/demo/", account.sign_in_demo, name="login_demo"),
    path("logout/", account.sign_out, name="logout"),
    path("language/", set_language, name="set_language"),
    path("type/", account.set_type, name="set_type"),
    path("me/", account.account, name="account"),
    path("me/code/", account.enrol, name="enrol"),
    path("me/password/", account.password, name="password"),
    path("me/phones/<uuid:uid>/revoke/", account.device_revoke, name="device_revoke"),
    path("me/phones/<uuid:uid>/name/", account.device_rename, name="device_rename"),
    path("search/", search.search_page, name="search"),
    path("map/", patch.patch_page, name="patch"),
    path("map/data/", patch.patch_data, name="patch_data"),
    path("l/<slug:name>/", lists.list_page, name="list"),
    path("l/<slug:name>/board/", board.board_page, name="board"),
    path("board/<uuid:uid>/", board.move_page, name="board_move"),
    path("l/<slug:name>/export/", lists.list_export, name="list_export"),
    path("l/<slug:name>/bulk/<slug:verb>/", lists.list_bulk, name="list_bulk"),
    path("l/<slug:name>/sheet/", sheets.sheet_page, name="sheet_send"),
    path("l/<slug:name>/sheet.xlsx", sheets.sheet_out, name="sheet_out"),
    path("l/<slug:name>/sheet/doors.xlsx", sheets.sheet_doors, name="sheet_doors"),
    path("sheets/<uuid:uid>/", sheets.sheet, name="sheet"),
    path("sheets/<uuid:uid>/do/", sheets.sheet_do, name="sheet_do"),
    path("sheets/<uuid:uid>/undo/", sheets.sheet_undo, name="sheet_undo"),
    path("sheets/<uuid:uid>/refused.xlsx", sheets.sheet_report, name="sheet_report"),
    path("excel/<slug:code>/", excel.download, name="excel"),
    path("l/<slug:name>/keep/", saved.keep, name="list_keep"),
    path("kept/", saved.kept, name="kept"),
    path("kept/<uuid:uid>/", saved.open_kept, name="kept_open"),
    path("kept/<uuid:uid>/change/", saved.change, name="kept_change"),
    path("new/<slug:kind>/<slug:verb>/", opening.open_page, name="open"),
    path("m/<uuid:uid>/", record.record_page, name="record"),
    path("m/<uuid:uid>/clock/<int:pk>/", clocks.explain_page, name="explain"),
    path("centre/<slug:code>/", centre.centre_page, name="centre"),
    path("broken/", clocks.broken_page, name="broken"),
    path("m/<uuid:uid>/for/<slug:verb>/", record.step_page, {"for_party": True}, name="step_for"),
    path("m/<uuid:uid>/<slug:verb>/", record.step_page, name="step"),
    path("private/<slug:what>/<uuid:uid>/", private.private_page, name="private"),
    path("e/<uuid:uid>/", entity.entity_page, name="entity"),
    path("api/v1/", api.urls),
]
