"""`modelcat browse --web`: the terminal UI in a web browser of this machine, served by textual-serve on 127.0.0.1.

`serving` starts it; `server` answers requests; `connections` bounds idle connections; `access` grants access;
`app_process` is the app of one tab, a process with `driver` as its terminal; `pages` are the server's own pages.
"""
