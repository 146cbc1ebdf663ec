"""The draggable figures: a thin Python class and a JavaScript module each."""
