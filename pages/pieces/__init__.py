"""What pages share: the question in force, cached views, and how a tile, a note or a table is laid out."""
