"""Pure values and deciders: no I/O, no asyncio, no clock. Values in, values out."""
