"""Reads YAML into plain values that keep their places, with bounds and one meaning for every reader."""
