"""The daemon among its neighbours: the control socket and the log."""
