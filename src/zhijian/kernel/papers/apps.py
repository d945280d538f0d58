from django.apps import AppConfig


class Config(AppConfig):
    name = "zhijian.kernel.papers"
    label = "papers"

    def ready(self) -> None:
        """A step's `paper=` arrives here; programmes' `papers` say what papers hold; the seal waits on the to-do."""
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import ngettext

        from zhijian.kernel.accounts.actor import Actor
        from zhijian.kernel.desk import menu
        from zhijian.kernel.desk.waiting import waits
        from zhijian.kernel.matters.catalogue import furniture
        from zhijian.kernel.matters.followers import on_paper
        from zhijian.kernel.papers.acts import SEALERS, waiting_count
        from zhijian.kernel.papers.making import make_for_step
        from zhijian.kernel.papers.printing.listing import READERS
        from zhijian.kernel.papers.sealing.acts import asked_count
        from zhijian.kernel.papers.serving import confirm, proving, withdrawing, within

        on_paper("*", make_for_step)
        furniture("papers")
        assert confirm.KIND  # loaded: it fills in what stands on its sheet, wherever that is made

        def said(n: int) -> str:
            return ngettext("%(n)s paper waits for the seal", "%(n)s papers wait for the seal", n) % {"n": n}

        waits("papers.seal", SEALERS, waiting_count, said, "papers_waiting")

        def asked(n: int) -> str:
            return ngettext("%(n)s seal is asked for", "%(n)s seals are asked for", n) % {"n": n}

        waits("papers.seal_asked", SEALERS, asked_count, asked, "papers_requests")

        def late(n: int) -> str:
            return ngettext("%(n)s paper is overdue to be served", "%(n)s papers are overdue to be served", n) % {
                "n": n
            }

        def late_here(actor: Actor) -> int:
            return within.late(actor, mine=False).order_by()[: within.COUNTED].count()

        def late_mine(actor: Actor) -> int:
            if actor.roles_at() & set(within.OVERSEE):
                return 0  # stands in his office's line
            return within.late(actor, mine=True).order_by()[: within.COUNTED].count()

        waits("papers.late", within.OVERSEE, late_here, late, "papers_list", "served=late")
        waits("papers.late_mine", within.OFFICERS, late_mine, late, "papers_list", "served=late&mine=1")

        def unproven(n: int) -> str:
            return ngettext("%(n)s service lacks its signed proof", "%(n)s services lack their signed proof", n) % {
                "n": n
            }

        def unproven_here(actor: Actor) -> int:
            return proving.waiting(actor, mine=False)[: within.COUNTED].count()

        def unproven_mine(actor: Actor) -> int:
            if actor.roles_at() & set(within.OVERSEE):
                return 0
            return proving.waiting(actor, mine=True)[: within.COUNTED].count()

        waits("papers.unproven", within.OVERSEE, unproven_here, unproven, "papers_list", "served=unproven")
        waits("papers.unproven_mine", within.OFFICERS, unproven_mine, unproven, "papers_list", "served=unproven&mine=1")

        def contested(n: int) -> str:
            return ngettext(
                "%(n)s service is said to be recorded wrongly: decide",
                "%(n)s services are said to be recorded wrongly: decide",
                n,
            ) % {"n": n}

        def contested_here(actor: Actor) -> int:
            return withdrawing.doubted(actor)[: within.COUNTED].count()

        waits("papers.contested", within.OVERSEE, contested_here, contested, "papers_list", "served=contested")
        menu.item("papers", _("Papers and numbers"), "papers_list", READERS, order=60, under="papers")
