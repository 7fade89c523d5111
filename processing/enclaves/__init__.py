"""Algorithms about enclaves."""
