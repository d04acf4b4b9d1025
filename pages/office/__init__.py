"""Pages of one section of the menu; each file is run by Streamlit as a page."""
