"""What `wann compare` is made of: candidates, their settings and methods, figures, and points."""
