"""账号与日志: who may see what, and who did what?"""

from pages.pieces import visitor

visitor.menu()
