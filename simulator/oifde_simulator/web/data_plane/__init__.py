"""The data plane: the vendor's port, on which scripts are played."""
