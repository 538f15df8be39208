"""The terminal UI: `modelcat browse`. Reads the store, writes requests, never trains.

`launch` starts it; `app` is the application; `screens` are the places one can be at, `widgets` and `figures` what they
are made of, `dialogs` what asks; `bindings` is the one table of keys; `context` is what every screen works with.
"""
