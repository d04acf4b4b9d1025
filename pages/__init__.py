"""The only code that knows Streamlit. Sub-folders are the menu's sections; pieces/ is what they share."""
