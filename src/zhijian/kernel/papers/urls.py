from django.urls import path

from zhijian.kernel.papers import pages, register, views
from zhijian.kernel.papers.blanks import pages as blanks
from zhijian.kernel.papers.drafts import pages as drafts
from zhijian.kernel.papers.printing import listing
from zhijian.kernel.papers.printing import pages as printing
from zhijian.kernel.papers.sealing import pages as sealing
from zhijian.kernel.papers.serving import address_pages, proof_page, withdraw_page
from zhijian.kernel.papers.serving import pages as serving

urlpatterns = [
    path("papers/", listing.list_page, name="papers_list"),
    path("papers/print/", printing.print_page, name="papers_print"),
    path("papers/print/<uuid:uid>/", printing.printing_page, name="papers_printing"),
    path("papers/print/<uuid:uid>.pdf", printing.printed, name="papers_printed"),
    path("papers/<uuid:uid>.pdf", views.paper_pdf, name="paper_pdf"),
    path("papers/<uuid:uid>/confirmation/", address_pages.confirmation_page, name="paper_confirmation"),
    path("papers/<uuid:uid>/seal/", pages.seal_page, name="paper_seal"),
    path("papers/<uuid:uid>/seal/ask/", sealing.ask_page, name="paper_seal_ask"),
    path("papers/<uuid:uid>/draft/", drafts.draft_page, name="paper_draft"),
    path("papers/<uuid:uid>/draft/out/", drafts.out_page, name="paper_out"),
    path("papers/<uuid:uid>/draft/back/", drafts.back_page, name="paper_back"),
    path("papers/<uuid:uid>/draft/issue/", drafts.issue_page, name="paper_issue"),
    path("papers/<uuid:uid>/draft/words/", drafts.words_page, name="paper_words"),
    path("papers/letter/<uuid:uid>/", drafts.letter_page, name="paper_letter"),
    path("papers/<uuid:uid>/replace/", drafts.replace_page, name="paper_replace"),
    path("papers/blanks/", blanks.blanks_page, name="paper_blanks"),
    path("papers/blanks/of/<int:pk>/", blanks.holder_page, name="paper_blank_holder"),
    path("papers/blanks/<uuid:uid>/", blanks.blank_page, name="paper_blank"),
    path("papers/templates/", drafts.templates_page, name="paper_templates"),
    path("papers/templates/<uuid:uid>.docx", drafts.template_file, name="paper_template_file"),
    path("papers/requests/", sealing.requests_page, name="papers_requests"),
    path("papers/requests/ask/", sealing.ask_many, name="papers_ask"),
    path("papers/requests/grant/", sealing.grant_page, name="papers_grant"),
    path("papers/requests/<uuid:uid>/refuse/", sealing.refuse_page, name="papers_refuse"),
    path("papers/<uuid:uid>/void/", pages.void_page, name="paper_void"),
    path("papers/<uuid:uid>/serve/", serving.serve_page, name="paper_serve"),
    path("papers/<uuid:uid>/serve/receipt/", serving.receipt_page, name="paper_receipt"),
    path("papers/<uuid:uid>/serve/proof/", proof_page.proof_page, name="paper_proof"),
    path("papers/<uuid:uid>/serve/withdraw/", withdraw_page.withdraw_page, name="paper_withdraw"),
    path("papers/<uuid:uid>/serve/address/", address_pages.address_page, name="paper_address"),
    path("papers/<uuid:uid>/serve/address/open/", address_pages.address_open, name="paper_address_open"),
    path("papers/waiting/", pages.waiting_page, name="papers_waiting"),
    path("papers/waiting/seal/", pages.seal_many, name="papers_seal"),
    path("papers/numbers/", register.numbers_page, name="paper_numbers"),
    path("papers/numbers/export/", register.numbers_export, name="paper_numbers_export"),
    path("v/", views.verify_form, name="papers_verify_form"),
    path("v/<str:code>", views.verify, name="papers_verify"),
]
