"""Drafts of papers as .docx: they go out with locked fields and come back; the bureau's own templates are taken as
they are, when every field name in them is known.
"""
