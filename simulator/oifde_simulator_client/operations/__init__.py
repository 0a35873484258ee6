"""Operations of the control plane, each as the calls that it takes. Rule: no I/O, and no state."""
