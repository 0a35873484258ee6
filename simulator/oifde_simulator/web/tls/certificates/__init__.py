"""Certificates and their authority: made, kept in files, or given by the user."""
