"""The meeting: slides made from the views, and the one document that shows them on the wall."""
