"""Reading workbooks as counties have them: decode (`workbook`), find the table (`table`), read cells
(`values`), know places and headers (`matching`), and say what is in a table of no known ledger (`describe`).

Nothing here writes, and nothing guesses: what cannot be read is a `Problem` with its cell.
"""
