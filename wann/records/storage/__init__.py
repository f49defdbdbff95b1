"""How anything is written: paths, whole files or none, arrays with a hash."""
