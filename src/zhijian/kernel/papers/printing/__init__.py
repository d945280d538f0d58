"""The list of papers (desk, Excel), and printing many of them in one go."""
