"""What a model learns from: labelled rows as of their date, split by owner, as numbers."""
