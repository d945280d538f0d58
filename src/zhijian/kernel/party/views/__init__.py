"""The pages behind the enterprise's doors, and the public page of a place."""
