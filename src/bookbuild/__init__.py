"""What builds the book: run the notebooks, check them, build and serve the site. Chapters never import it."""
