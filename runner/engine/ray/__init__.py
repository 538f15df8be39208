"""Workers as actors of a Ray cluster; Ray itself is an extra, imported only if a cluster is used."""
