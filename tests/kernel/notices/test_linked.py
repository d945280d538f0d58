"""Links of simulated messages: found behind a Chinese colon, followed on the site that one is on, never markup."""

from __future__ import annotations

from typing import Any

from zhijian.kernel.notices.views import _linked


def test_a_link_behind_a_chinese_colon_leads_to_the_site_one_is_on(settings: Any) -> None:
    settings.PUBLIC_ORIGIN = "https://192.0.2.2:8443"
    told = _linked("请整改并答复：https://192.0.2.2:8443/p/abc/")
    assert told == '请整改并答复：<a href="/p/abc/">https://192.0.2.2:8443/p/abc/</a>'


def test_what_an_enterprise_is_called_is_text(settings: Any) -> None:
    settings.PUBLIC_ORIGIN = ""
    assert _linked("<b>店</b> https://x.test/?a=1&b=2") == (
        '&lt;b&gt;店&lt;/b&gt; <a href="https://x.test/?a=1&amp;b=2">https://x.test/?a=1&amp;b=2</a>'
    )
