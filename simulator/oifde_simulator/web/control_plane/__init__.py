"""The control plane: our own port, beside the vendor's. Faults never touch it.

`app` serves what `document` says; each other module answers for one noun.
"""
