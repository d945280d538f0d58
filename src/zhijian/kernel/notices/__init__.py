"""Telling: an outbox written with what it tells about, and channels that carry it out afterwards."""

from zhijian.kernel.notices.wording import NoticeTemplate, notice_template

__all__ = ["NoticeTemplate", "notice_template"]
