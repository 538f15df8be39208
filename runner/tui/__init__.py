"""The terminal UI: `modelcat browse`. It reads the store and writes requests; it never trains.

`launch` starts it; `app` is the application; `screens` has one module for each screen; `widgets` and `figures` are
their parts; `dialogs` ask the user; `bindings` is the one table of keys; `context` is what every screen works with.
"""
