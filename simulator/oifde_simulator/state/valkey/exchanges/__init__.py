"""What requests ask of the store: one script each, and what its answers mean.

Rule: a call is sent once. Where its answer is lost it may have been carried out, and the request is refused.
"""
