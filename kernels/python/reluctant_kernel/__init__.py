"""Python's side of the reluctant kernel: what Jupyter's own tools need to know of it."""
