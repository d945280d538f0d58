"""An officer's day in a sensible order: what is to be visited, when he is where, and why not all of it."""
