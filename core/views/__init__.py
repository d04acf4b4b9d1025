"""What a page, a slide or a file says: frozen values and finished words, made from a snapshot."""
