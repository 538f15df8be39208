"""The tabs of a trial. A pane receives a `View` and shows it; it reads nothing itself."""
