"""The sound of a call: a pure function of its record, made where it is read and stored nowhere."""
