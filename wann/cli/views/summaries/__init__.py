"""What commands end with: figures, files, and what to do next."""
