"""The sockets of the vendor's port: bound, opened and closed, alone or shared by processes."""
