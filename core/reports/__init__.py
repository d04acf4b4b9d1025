"""Views as files to hand out. A report asks nothing and computes nothing: it writes down what the view says."""
