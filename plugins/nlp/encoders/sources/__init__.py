"""Where models come from: a hub, a folder that is checked before it is loaded, or random weights."""
