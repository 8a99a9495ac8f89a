"""The first start of an installation without a manager."""
