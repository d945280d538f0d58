"""Pictures of a running site with a demo city: those of the documents, and of every page there is."""
