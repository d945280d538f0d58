"""Who is meant: candidates for places seen in the field (`seen`)."""
