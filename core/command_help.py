"""What a command says of itself with --help, and what of a call that it cannot take: in Chinese, nothing cut off."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import typer
import typer.core
import typer.rich_utils
from typer.exceptions import TyperException

typer.rich_utils.ERRORS_PANEL_TITLE = "用法不对"
typer.rich_utils.RICH_HELP = "全部用法：{command_path} {help_option}"

NAMES = 20  # columns of a terminal that names of options and commands may take


class Wrong(typer.BadParameter):
    """A value that cannot be taken; the message is the whole sentence."""

    def format_message(self) -> str:
        """The sentence, without English before it."""
        return self.message


class Command(typer.core.TyperCommand):
    """A command whose --help and refusals are in Chinese."""

    def get_usage(self, ctx: Any) -> str:
        """用法：python -m core import [选项] 表格."""
        arguments = [_name(p) for p in self.params if isinstance(p, typer.core.TyperArgument)]
        return " ".join((f"用法：{ctx.command_path}", "[选项]", *arguments))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The command's usage, what it does, and its arguments and options."""
        _write(
            formatter, self.get_usage(ctx), self.help, ((_name(p), _told(p)) for p in self.get_params(ctx))
        )

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments as typer reads them; Wrong where it cannot."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            _refuse(error, ctx)


class Group(typer.core.TyperGroup):
    """A group of commands whose --help and refusals are in Chinese."""

    def get_usage(self, ctx: Any) -> str:
        """用法：python -m core 命令 …"""
        return f"用法：{ctx.command_path} 命令 ……"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """What the commands do, each in a line or more."""
        rows = ((name, self.commands[name].help or "") for name in self.list_commands(ctx))
        _write(formatter, self.get_usage(ctx), self.help, rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called; Wrong where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except TyperException:
            raise Wrong(f"没有“{args[0]}”这个命令。", ctx=ctx) from None


def _refuse(error: TyperException, ctx: Any) -> NoReturn:
    """The usual refusals in Chinese; others, and a bare call's --help, as they are."""
    kind, parameter = type(error).__name__, getattr(error, "param", None)
    option = getattr(error, "option_name", "")
    if kind == "MissingParameter" and parameter is not None:
        raise Wrong(f"缺少{_name(parameter)}：{_told(parameter)}", ctx=ctx) from None
    if kind == "NoSuchOption":
        near = "、".join(getattr(error, "possibilities", None) or ())
        raise Wrong(f"没有 {option} 这个选项。{f'是不是 {near}？' if near else ''}", ctx=ctx) from None
    if kind == "BadOptionUsage":
        raise Wrong(f"{option} 后面要写值。", ctx=ctx) from None
    if kind == "BadParameter" and parameter is not None:
        raise Wrong(f"{_name(parameter)} 应写整数，或在许可的范围内。{_told(parameter)}", ctx=ctx) from None
    if kind == "UsageError" and (extra := re.search(r"unexpected extra argument\S* \((.*)\)", str(error))):
        raise Wrong(f"多写了“{extra[1]}”。", ctx=ctx) from None
    raise error


def _name(parameter: Any) -> str:
    if isinstance(parameter, typer.core.TyperArgument):
        return str(parameter.metavar or parameter.name)
    return "，".join(parameter.opts) + ("" if parameter.is_flag else " 值")


def _told(parameter: Any) -> str:
    if parameter.name == "help":
        return "显示说明"
    more = "（必填）" if parameter.required else ""
    if parameter.default and isinstance(parameter.default, str):
        more = f"（不写为{parameter.default}）"
    return f"{parameter.help or ''}{more}"


def _write(formatter: Any, usage: str, does: str | None, rows: Iterable[tuple[str, str]]) -> None:
    width = formatter.width
    for words in (usage, " ".join((does or "").split())):
        formatter.write("\n".join(folded(words, width)) + "\n\n")
    for name, words in rows:
        first, *more = folded(words, width - NAMES - 2)
        gap = " " * (NAMES - wide(name))
        head = f"  {name}{gap}{first}" if gap else f"  {name}  {first}"
        if not gap and wide(head) > width:
            head, more = f"  {name}", [first, *more]
        formatter.write("\n".join([head, *(" " * (NAMES + 2) + line for line in more)]) + "\n")


def wide(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def folded(text: str, width: int) -> Sequence[str]:
    """A text in lines of so many columns at most (a closing mark may stand over): no word of letters is broken."""
    lines = [""]
    for part in re.findall(r"[!-~]+|\s+|.", text):
        if wide(lines[-1] + part) > width and lines[-1] and part not in "，。、；：）”！？":
            lines.append("")
        lines[-1] += part if lines[-1] or not part.isspace() else ""
    return [line.rstrip() for line in lines]
