"""Views drawn: plotly figures and pydeck decks. A chart asks no question and computes no figure."""
