"""What each tab of a trial shows. A pane is given a `View` and shows it; it reads nothing by itself."""
