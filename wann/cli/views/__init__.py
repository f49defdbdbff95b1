"""What a person sees: progress while something runs, tables and sentences when it is done."""
