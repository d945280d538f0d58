"""Pre-sealed blanks (预盖章空白文书): issued by count with serials to a person; every serial has a fate."""
