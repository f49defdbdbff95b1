"""Work in parallel, whatever it is: worker processes of this machine, and Ray."""
