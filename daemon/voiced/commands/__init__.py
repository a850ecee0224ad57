"""The commands, one file each: they read the arguments, call one function, and print."""
