"""Algorithms about the border of the home country."""
