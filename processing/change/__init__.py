"""Algorithms about what changed between dates."""
