"""Making control layers, and finding what is wrong with them."""
