"""Whole stories, told by one running product: it starts with the first of them and ends with the last."""
