"""Workers as actors of a Ray cluster; Ray itself is an extra, imported when a cluster is wanted."""
