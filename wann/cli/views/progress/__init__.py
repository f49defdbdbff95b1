"""What a person sees while something runs, on a terminal and elsewhere."""
