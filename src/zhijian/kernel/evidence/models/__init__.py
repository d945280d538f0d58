"""The ledger, the seals over it, and the files."""

from zhijian.kernel.evidence.models.files import Blob, File
from zhijian.kernel.evidence.models.ledger import LedgerEntry, LedgerPersonal, Seal

__all__ = ["Blob", "File", "LedgerEntry", "LedgerPersonal", "Seal"]
