"""What is known of each customer as of a snapshot: prices imputed, margins, latest note."""
