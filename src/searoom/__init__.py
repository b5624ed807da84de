"""Searoom: a communication mechanism between defence establishments that do not trust each other."""
