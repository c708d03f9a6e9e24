"""Synthetic clinical text with safety checks."""
