"""The machines' door to every programme: lists, matters, and one operation for each step of each flow's table.

Session and CSRF token, as on the desk. The document is committed as docs/openapi.json and compared by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Router, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import SessionAuth
from pydantic import create_model

from zhijian.kernel.desk import paging
from zhijian.kernel.desk.api_shapes import MatterDetail, MatterOut, MatterPage, Problem, detail, problem_of, shown
from zhijian.kernel.desk.lists import list_of
from zhijian.kernel.desk.views.opening import open_matter
from zhijian.kernel.matters.behalf import Behalf, is_partys
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import NotFound, StepError
from zhijian.kernel.matters.facts import Facts, complaint
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.search import capped_count

ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class Staff(SessionAuth):
    """A signed-in member of staff."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.actor.kind == "staff" else None  # type: ignore[attr-defined]


api = NinjaAPI(
    title="Zhijian",
    version="1",
    description="The working platform of a market-supervision bureau: matters, their steps and their timeline.",
    auth=Staff(csrf=True),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
)
matters = Router(tags=["matters"])


class ListQuery(Schema):
    """Filters as in the address of the list's page; which of them hold depends on the list."""

    q: str = ""
    state: str = ""
    area: str = ""
    assignee: str = ""
    overdue: str = ""
    kind: str = ""
    order: str = ""
    after: str = ""


def _answer(request: HttpRequest, status: int, problem: str, message: str, mend: str, **more: Any) -> HttpResponse:
    return api.create_response(request, {"problem": problem, "message": message, "mend": mend, **more}, status=status)


@api.exception_handler(StepError)
def _step_error(request: HttpRequest, error: StepError) -> HttpResponse:
    return api.create_response(request, problem_of(error), status=error.status)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(request, 401, "request.sign_in", _("Sign in first."), _("Send the session's cookie and CSRF token."))


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        errors.setdefault(str(one["loc"][-1]), []).append(complaint(one))
    return _answer(
        request,
        422,
        "step.bad_facts",
        _("Some fields need another look."),
        _("Correct them and send again."),
        errors=errors,
    )


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, error.status_code, "request.refused", str(error), "")


def _find(request: HttpRequest, uid: UUID, kind: str = "") -> Matter:
    rows = readable(Matter.objects.select_related("entity", "assignee"), request.actor)  # type: ignore[attr-defined]
    matter = rows.filter(uid=uid, **({"kind": kind} if kind else {})).first()
    if matter is None:
        raise NotFound(_("There is no such matter."))
    return matter


@matters.get("/lists/{name}", response={200: MatterPage, **ERRORS}, operation_id="list_matters")
def list_matters(request: HttpRequest, name: str, given: Annotated[ListQuery, Query()]) -> dict[str, Any]:
    """A page of a list (`inspection`, `rectification`, …) by key, with the same filters as on the desk."""
    actor = request.actor  # type: ignore[attr-defined]
    one = list_of(name, actor)
    if one is None:
        raise NotFound(_("There is no such list."))
    rows = one.narrowed(actor, one.given(request.GET))
    order = paging.order_of(given.order, one.order)
    count, more = capped_count(rows)
    page = paging.page(rows.select_related("entity", "assignee"), order, given.after)
    return {"items": [shown(m) for m in page.rows], "after": page.after, "count": count, "more": more}


@matters.get("/matters/{uuid:uid}", response={200: MatterDetail, **ERRORS}, operation_id="get_matter")
def get_matter(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """One matter with the steps that are open to whoever asks, and its timeline."""
    matter = _find(request, uid)
    return detail(matter, request.actor)  # type: ignore[attr-defined]


def _body(flow: Flow, step: Step) -> type[Schema]:
    """What an operation is sent: the step's facts, the version that was read, and for an opening step about whom."""
    fields: dict[str, Any] = {}
    if step.froms:
        fields["version"] = (int | None, None)
        if is_partys(step):
            fields["behalf"] = (Behalf | None, None)
    else:
        fields |= {"entity": (UUID | None, None), "premises": (UUID | None, None)}
    if step.facts is not None:
        needed = any(info.is_required() for info in step.facts.model_fields.values())
        fields["facts"] = (step.facts, ...) if needed else (step.facts, step.facts())
    return create_model(
        f"{_camel(flow.kind)}{_camel(step.verb)}", __base__=Schema, __doc__=f"{flow.kind}.{step.verb}", **fields
    )


def _camel(text: str) -> str:
    return "".join(part.title() for part in text.split("_"))


def _told(body: Any) -> dict[str, Any]:
    facts: Facts | None = getattr(body, "facts", None)
    return {name: getattr(facts, name) for name in facts.model_fields_set} if facts is not None else {}


def _typed(view: Callable[..., Any], **types: Any) -> Callable[..., Any]:
    """Say the parameters' types, which are made while the module loads, so that no annotation can name them."""
    view.__annotations__ = {"request": HttpRequest, **types, "return": dict[str, Any]}
    return view


def _perform_view(flow: Flow, step: Step) -> Callable[..., Any]:
    body_type = _body(flow, step)

    def view(request: HttpRequest, uid: UUID, body: Any) -> dict[str, Any]:
        matter = _find(request, uid, flow.kind)
        spoken = getattr(body, "behalf", None)
        actor = request.actor  # type: ignore[attr-defined]
        return shown(perform(matter, step.verb, actor, version=body.version, behalf=spoken, **_told(body)))

    return _typed(view, uid=UUID, body=body_type)


def _about(body: Any) -> tuple[Entity | None, Premises | None]:
    """Whom a body names, by its premises or its own uid; of a merged one, the file that it is in."""
    if body.premises:
        found = Premises.objects.select_related("entity", "merged_into__entity").filter(uid=body.premises).first()
        if found is not None:
            return found.stands.entity, found.stands
    entity = Entity.objects.select_related("merged_into").filter(uid=body.entity).first() if body.entity else None
    return (entity.stands if entity else None), None


def _open_view(flow: Flow, step: Step) -> Callable[..., Any]:
    body_type = _body(flow, step)

    def view(request: HttpRequest, body: Any) -> Status:
        entity, place = _about(body)
        if entity is None:
            raise NotFound(_("Say about whom: an entity or its premises."))
        about = About(
            title=place.name if place else entity.name,
            area=place.area if place else entity.area,
            entity=entity,
            premises=place,
        )
        return Status(201, shown(open_matter(flow, step.verb, request.actor, about, _told(body))))  # type: ignore[attr-defined]

    return _typed(view, body=body_type)


def _operations() -> None:
    """One operation for each verb of each flow that people may do on the desk."""
    for flow in flows().values():
        seen = set()
        for step in flow.steps:
            key = (step.verb, bool(step.froms))
            if step.by is not None or step.hidden or key in seen:
                continue
            seen.add(key)
            path = (
                f"/matters/{flow.kind}/{{uuid:uid}}/{step.verb}" if step.froms else f"/matters/{flow.kind}/{step.verb}"
            )
            view = _perform_view(flow, step) if step.froms else _open_view(flow, step)
            view.__doc__ = f"{flow.kind}: {step.verb}" + (
                f" ({', '.join(step.froms)} → {step.to})" if step.froms else ""
            )
            view.__name__ = f"{flow.kind}_{step.verb}"
            matters.post(
                path,
                response={200 if step.froms else 201: MatterOut, **ERRORS},
                operation_id=view.__name__,
                summary=f"{flow.kind}.{step.verb}",
                tags=[flow.kind],
            )(view)


_operations()
api.add_router("", matters)


def document() -> dict[str, Any]:
    """The OpenAPI document; titles in it are still to be put into words in the language of who writes it down."""
    return api.get_openapi_schema(path_prefix="/api/v1/")
