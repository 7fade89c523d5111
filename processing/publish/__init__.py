"""Algorithms that make what others read: bulletins, films, pages."""
