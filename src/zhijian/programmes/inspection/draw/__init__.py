"""The draw of a double-random check (双随机): objects and officers by lot, so that anyone can do it over."""
