"""The commands, one file each, in groups by what they are for."""
