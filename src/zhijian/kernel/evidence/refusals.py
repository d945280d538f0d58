"""Why bytes were not taken; each says it in the person's language and what mends it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Bytes that are not stored. `code` is stable, `status` is what HTTP would say."""

    code = "file.refused"
    status = 422
    message: str | Promise = _("This file can't be taken.")
    mend: str | Promise = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.message), str(self.mend)]))


class WrongType(Refused):
    """The content is none of the types that are wanted here, whatever its name says."""

    code, status = "file.type", 415
    message = _("This is not a photo that can be read.")
    mend = _("Take the photo again, or choose a JPEG, PNG or WebP.")


class TooLarge(Refused):
    """More bytes than allowed here."""

    code, status = "file.size", 413
    message = _("This file is too large.")
    mend = _("Choose a smaller one, or take the photo with a lower resolution.")


class TooLong(Refused):
    """A voice note that runs longer than one may."""

    code, status = "file.long", 422
    message = _("This voice note is longer than a minute.")
    mend = _("It stays on the phone. Record what matters once more, shorter, or export it by hand.")


class Bomb(Refused):
    """A small file that would unfold into a huge picture."""

    code, status = "file.bomb", 422
    message = _("This picture has too many points to be opened safely.")
    mend = _("Take the photo again with the phone's camera.")


class Differs(Refused):
    """The bytes are not those that the fingerprint names."""

    code, status = "upload.digest", 422
    message = _("The file arrived damaged and was dropped.")
    mend = _("It is sent again from the beginning.")


class NoSpace(Refused):
    """The disk is full; nothing that was stored is lost."""

    code, status = "file.space", 507
    message = _("The server has no room left. Nothing that was sent before is lost.")
    mend = _("Keep the file and try again later; the administrator has been told.")
