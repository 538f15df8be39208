"""`modelcat browse --web`: the terminal UI in a web browser of this machine, served by textual-serve on 127.0.0.1.

`serving` starts it; `server` answers requests and `connections` bounds those that say nothing; `access` decides who is
let in; `app_process` is the app of one tab, a process with `driver` as its terminal; `pages` are the pages of our own.
"""
