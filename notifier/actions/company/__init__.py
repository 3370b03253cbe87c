"""Customers and the company's file come in."""
