"""Handlers of the control plane, a module for each part of its document.

Each module that `openapi.MODULES` names has its handlers in `ROUTES`, by the operationId of the document.
It is imported when it is first called.
"""
