"""The dock: a thin view over a controller without widgets; figures come from `core/` alone."""
