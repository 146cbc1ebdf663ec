"""One colour, one meaning: the palette of every picture, figure and card.

Each role has a colour for light and for dark pages. Colours are chosen from Okabe and Ito's set (safe for
colour-blind readers) and darkened or lightened to a contrast of at least 4.5 : 1 against the page. Every role
also has a second cue, a line style, for print.
"""

LIGHT = {
    "variable": "#0b5fa5",   # the point x, the matrix X
    "direction": "#9a5b00",  # a step or perturbation v, dX
    "gradient": "#00755a",   # the gradient
    "upstream": "#8a3d86",   # the gradient that arrives from above, G
    "output": "#30363d",     # values of the function
    "wrong": "#c1311a",      # a wrong answer
}
DARK = {
    "variable": "#6cb6ff",
    "direction": "#ffb86b",
    "gradient": "#4fd1a8",
    "upstream": "#dda0dd",
    "output": "#d0d7de",
    "wrong": "#ff8f7a",
}
# Second cue, as Matplotlib dash patterns: solid unless the role has to be told apart without colour.
DASHES = {"variable": "-", "direction": "--", "gradient": "-", "upstream": "-.", "output": "-", "wrong": ":"}
# What is not a role: the page, its text, quiet text (axes, ticks), the grid and the zero lines in it.
LIGHT_PAGE = {"page": "#ffffff", "text": "#24292f", "muted": "#5b6570", "grid": "#e7eaee", "grid-strong": "#b6bec8"}
DARK_PAGE = {"page": "#14181e", "text": "#e6edf3", "muted": "#a5b0bc", "grid": "#2a313a", "grid-strong": "#5a6572"}
