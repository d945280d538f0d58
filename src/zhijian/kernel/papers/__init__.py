"""Paper: official documents. A paper is its data; the PDF is made from it, the register accounts for each number."""
