"""Tools: typed calls to other systems. `base` has interface and errors, `typed` the conversion, a file each kind."""
