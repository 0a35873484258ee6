"""Keep all that requests and the control plane may change.

Rule: values go in and out, and every call may suspend; who asks knows the interface and not the form.
"""
