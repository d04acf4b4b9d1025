"""The gate's own pages: sign in, change the password, sign out. Plain HTML that needs no script."""

from html import escape
from urllib.parse import quote, urlsplit

from starlette.responses import HTMLResponse

STYLE = """
:root{color-scheme:light dark;--ground:#eef2f7;--card:#fff;--ink:#0c1622;--soft:#4a5a6c;--line:#c9d3df;--blue:#00558c;--on:#fff;--red:#a50026;--pale:#fbeaee}
@media(prefers-color-scheme:dark){:root{--ground:#0e1722;--card:#182432;--ink:#eaf0f7;--soft:#b4c2d1;--line:#4a6078;--blue:#29a6ff;--on:#06121e;--red:#ff758c;--pale:#3a1a24}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:16px/1.6 'Microsoft YaHei','Noto Sans CJK SC','PingFang SC',sans-serif}
main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:2rem 1.75rem 1.5rem}
h1{font-size:1.375rem;line-height:1.4;margin:0 0 .25rem}
p{margin:.25rem 0 1rem;color:var(--soft);font-size:.9375rem}
label{display:block;margin:1rem 0 .25rem;font-size:.9375rem}
input{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;padding:.55rem .75rem;min-height:2.75rem}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
button,.other{display:block;width:100%;margin-top:1.5rem;min-height:2.75rem;font:inherit;font-weight:700;border-radius:6px;border:1px solid var(--blue);background:var(--blue);color:var(--on);cursor:pointer;text-align:center;text-decoration:none;padding:.5rem}
.other{margin-top:.75rem;background:transparent;color:var(--blue)}
.error{color:var(--red);background:var(--pale);border-radius:6px;padding:.5rem .75rem;margin:1rem 0 0}
footer{margin-top:1.5rem;font-size:.8125rem;color:var(--soft)}
a{color:var(--blue)}
"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page of the gate; `body` is finished HTML."""
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{escape(title)} · 方城县乡村振兴指挥看板</title><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><main><h1>方城县乡村振兴指挥看板</h1>{body}</main></body></html>"
    )
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _error(words: str) -> str:
    return f'<p class="error" role="alert">{escape(words)}</p>' if words else ""


def sign_in(
    target: str, name: str = "", error: str = "", status: int = 200, provider: str = "", is_demo: bool = False
) -> HTMLResponse:
    """The sign-in form; `target` is where to go afterwards, `provider` the name of the county's own sign-in."""
    other = (
        f'<a class="other" href="/login/provider?next={quote(target, safe="")}">用{escape(provider)}登录</a>'
        if provider
        else ""
    )
    demo = "本库为演示数据。" if is_demo else ""
    return page(
        "登录",
        f'<p>请登录后查看。{demo}</p><form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(target)}">'
        f'<label for="name">账号</label><input id="name" name="name" value="{escape(name)}" autocomplete="username" '
        'autocapitalize="none" spellcheck="false" required autofocus maxlength="40">'
        '<label for="password">密码</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required maxlength="200">'
        f"{_error(error)}<button>登录</button></form>{other}"
        "<footer>忘记密码，请联系本单位的系统管理员重设。登录和查看记录在日志里。</footer>",
        status,
    )


def change_password(name: str, must: bool, error: str = "", status: int = 200) -> HTMLResponse:
    """The form for one's own password; `must` where somebody else chose the present one."""
    why = "初始密码由他人设定，请先改为自己的密码。" if must else "修改后，各处的登录都会退出，只保留这里。"
    back = "" if must else '<a class="other" href="/">返回看板</a>'
    return page(
        "修改密码",
        f'<p>账号 {escape(name)}。{why}</p><form method="post" action="/password">'
        f'<input type="text" name="name" value="{escape(name)}" autocomplete="username" hidden>'
        '<label for="old">原密码</label><input id="old" name="old" type="password" '
        'autocomplete="current-password" required autofocus maxlength="200">'
        '<label for="new">新密码（至少10个字符，一句容易记的话就可以）</label><input id="new" name="new" '
        'type="password" autocomplete="new-password" required minlength="10" maxlength="200">'
        '<label for="again">再输一次新密码</label><input id="again" name="again" type="password" '
        'autocomplete="new-password" required maxlength="200">'
        f"{_error(error)}<button>保存</button></form>{back}",
        status,
    )


def words(title: str, said: str, status: int) -> HTMLResponse:
    """A page that only says something, with a way back."""
    return page(
        title, f'<p class="error" role="alert">{escape(said)}</p><a class="other" href="/">返回</a>', status
    )


def safe_next(target: str | None) -> str:
    """A path of this site with its query, or the start page: never another site, never the gate's own pages."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target):
        return "/"
    path = urlsplit(target)
    return "/" if path.netloc or path.scheme or path.path.startswith(("/login", "/logout")) else target
