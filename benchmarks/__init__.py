"""Measures the product against a floor taken in the same run; not shipped."""
