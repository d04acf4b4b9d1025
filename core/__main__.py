"""The command line: `python -m core …`. Words go to standard error; with --json, JSON alone to standard output."""

import gc
import getpass
import json
import logging
import os
import secrets
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from core import accounts, backup, importing, journal, logs, realm, recounting, settings, trouble
from core.command_help import Command, Group, Wrong
from core.draft import Draft, Problem
from core.header_memory import remember
from core.imports.describe import describe
from core.imports.isolated import isolated
from core.imports.ledgers import LEDGERS
from core.imports.reading import UnknownLedger
from core.imports.templates import template
from core.imports.workbook import Refused
from core.indicators import COUNTINGS
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.journal import COMMAND_LINE
from core.ledgers import LEDGERS as FACTS
from core.places import Area, Place, PlaceTree, place_tree
from core.scope import Scope
from core.store import ALWAYS, Store, StoreError, moment
from core.units import day


class _Command(Command):
    """A command that leaves a line in the log and no traceback on the terminal."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command, writes down that it ran, and says what failed in words: a traceback is for the log."""
        gc.set_threshold(50_000, 20)  # rows by the hundred thousand, hardly a circle among them
        logs.set_up(logs.COMMAND)
        clock = logs.Clock()
        code = 1
        try:
            result = super().invoke(ctx)
            code = 0
            return result
        except typer.Exit as ended:
            code = ended.exit_code
            raise
        except (TyperException, typer.Abort):
            code = 2
            raise
        except Exception as error:
            number = logs.error_number()
            log.error("failed", exc_info=error, extra={"number": number})
            words = trouble.in_words(error)
            what = f"数据库或磁盘{words}" if words else f"出了意外，没有做完。日志在 {settings.logs()}。"
            _fail(f"{what}（错误号 {number}）")
        finally:
            log.info("command %s", ctx.command_path, extra={"code": code, "seconds": clock.seconds})


app = typer.Typer(
    cls=Group,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="方城县乡村振兴指挥看板：建库、导入、批次、指标。",
)

log = logging.getLogger("core.command")

SHOWN_UNUSED = 12  # the national export has 130 of them

Json = Annotated[bool, typer.Option("--json", help="只把 JSON 写到标准输出")]


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _fail(words: str, code: int = 1) -> NoReturn:
    _say(words)
    raise typer.Exit(code)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(f"日期应写成 2022-08-31 这样，实为 {text}") from None


def _moment(text: str) -> int:
    try:
        if len(text) == 10:
            return moment(date.fromisoformat(text), end_of_day=True)
        return moment(datetime.fromisoformat(text))
    except ValueError:
        raise Wrong(f"时刻应写成 2022-08-31 或 2022-08-31T18:00，实为 {text}") from None


def _past(option: str, text: str) -> int:
    """The moment of what was known by a day or a moment, which no day to come can be."""
    known = _moment(text)
    today = date.today()
    if known > moment(today, end_of_day=True):
        raise Wrong(
            f"{option} 应是今天（{today.isoformat()}）或以前，实为 {text}：还没有到的日子，没有已知的表。"
        )
    return known


@contextmanager
def _store() -> Iterator[Store]:
    try:
        yield Store.open(settings.store_url())
    except StoreError as error:
        _fail(str(error))


@contextmanager
def _counted_store() -> Iterator[Store]:
    """The store, with all that this program counts counted: after an upgrade that takes a moment."""
    with _store() as store:
        recounting.bring_up_to_date(store, _say, by=getpass.getuser())
        yield store


def _whole_scope(store: Store) -> Scope:
    return Scope(frozenset({realm.scope_root(store)}), because="命令行")


@app.command(cls=_Command)
def init(
    demo: Annotated[bool, typer.Option("--demo", help="建演示库，并导入演示县的全部表格")] = False,
    real: Annotated[bool, typer.Option("--real", help="建正式库（空）")] = False,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="已有数据库时只升级，不重建")] = False,
) -> None:
    """建立数据库。演示库与正式库自建立时分开，不能互换。"""
    from core import demo_store

    if demo == real:
        _fail("请选择 --demo（演示数据）或 --real（正式数据）之一。", 2)
    if if_missing:
        try:
            Store.open(settings.store_url())
            return
        except StoreError as error:
            if "core init" not in str(error):  # there is one: newer, damaged or held by another program
                _fail(str(error))
    try:
        if demo:
            demo_store.make(settings.store_url(), _say)
        else:
            recounting.recount(Store.create(settings.store_url(), is_demo=False), by=getpass.getuser())
    except StoreError as error:
        _fail(str(error))
    _say("数据库已建立。")


@app.command("demo", cls=_Command)
def write_demo(out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")]) -> None:
    """写出演示县的全部表格和 manifest.csv（文件、台账、数据日期、知悉日期）。"""
    from core.demo import write

    files = write(out, _say)
    _say(f"已写出 {len(files)} 个文件到 {out}。")


@app.command("import", cls=_Command)
def import_file(
    file: Annotated[Path, typer.Argument(metavar="表格", help="要导入的表格")],
    ledger: Annotated[
        str | None, typer.Option(help="台账：" + "、".join(LEDGERS) + "；不写则自动识别")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="数据截至日期，不写则取文件名或表内所写")
    ] = None,
    covers: Annotated[
        list[str] | None, typer.Option("--covers", help="这份表包含哪些乡镇或战区，不写则为全县")
    ] = None,
    nothing_in: Annotated[
        list[str] | None, typer.Option("--nothing-in", help="确无数据的乡镇（不是未报）")
    ] = None,
    known_on: Annotated[str | None, typer.Option("--known-on", help="补录：这份表实际形成的日期")] = None,
    said: Annotated[
        list[str] | None,
        typer.Option("--map", help="确认认不出的表头：表头=列名，不用的列写 表头=不用；可写多次，以后都记得"),
    ] = None,
    marked: Annotated[
        Path | None, typer.Option("--marked", help="把问题标在原表的单元格里，写成这个 .xlsx 文件")
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="已核对需要确认的问题，照此接收")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    json_out: Json = False,
) -> None:
    """检查一份表格并导入。退出码：0 已接收或无问题，1 有必须解决的问题，2 读不出表格。"""
    tree = place_tree()
    known = moment(_day(known_on)) if known_on and _past("--known-on", known_on) else None
    if ledger is not None and ledger not in LEDGERS:
        _fail(f"没有“{ledger}”这种台账。可用的有：{'、'.join(LEDGERS)}。", 2)
    try:
        content = file.read_bytes()
    except OSError:
        _refuse(Problem(file.name, "能打开的文件", "打不开", "检查路径和权限"), json_out)
    store: Store | None = None
    try:
        store = Store.open(settings.store_url())
    except StoreError as error:
        if not dry_run:
            _fail(str(error))
    try:
        answers = importing.answers_from(said or [], ledger)
    except ValueError as error:
        _fail(str(error), 2)
    try:
        draft, changes = importing.examine(
            store,
            content,
            file.name,
            tree,
            ledger,
            as_of=_day(as_of) if as_of else None,
            covers=_townships(covers or [], tree),
            nothing_in=_townships(nothing_in or [], tree),
            needs_date=not dry_run,
            answers=answers,
        )
    except Refused as refused:
        _refuse(refused.problem, json_out)
    except UnknownLedger as unknown:
        described = unknown.described
        if marked:
            _write_marked(marked, content, file.name, described.problems)
        _report(described.as_dict(), described.problems, json_out)
        listed = "、".join(f"{key}（{FACTS[key].title}）" for key in LEDGERS)
        if likely := unknown.likely:
            _say(
                f"这份表{likely.words}。补上缺的列（重新导出并勾选，或在表头写上列名）；确是{FACTS[likely.ledger].title}的，"
                f"加 --ledger {likely.ledger} 再导入，逐列检查和提问。"
            )
        _say(
            f"{'这次' if unknown.likely else '这份表不是任何一种已知台账，'}只当作表格读出。如果它是其中一种，请用 --ledger 指明：{listed}。"
            "不知道该有哪些列，可用 python -m core template 台账 写出空表对照。"
        )
        if answers:
            _say("没有记住 --map 的回答：不知道是哪一种台账的表头，请用 --ledger 指明后再导入。")
        clean = dry_run and not any(p.blocks for p in described.problems)
        raise typer.Exit(0 if clean else 1) from None
    accepted = False
    if marked:
        _write_marked(marked, content, file.name, draft.problems)
    if dry_run and answers:
        _say("只检查（--dry-run），没有记住 --map 的回答；不带 --dry-run 导入时才记住，表里还有错也记住。")
    elif store and draft.ledger in answers:
        remember(store, {draft.ledger: answers[draft.ledger]}, by=getpass.getuser())
    blocking = [p for p in draft.problems if p.blocks and not (p.confirmable and confirm)]
    if store and not dry_run and not blocking:
        try:
            number = importing.accept(
                store,
                draft,
                content,
                by=getpass.getuser(),
                address=COMMAND_LINE,
                confirmed=confirm,
                known=known,
            )
        except StoreError as error:
            _fail(str(error))
        accepted = True
        _say(
            f"已接收为第{number}批：{file.name}，{len(draft.rows)}条，数据截至{day(draft.as_of or date.min)}。"
        )
    _say_more(draft)
    result = _draft_json(content, draft, tree, changes, accepted) if json_out else {"rows": _rows(draft)}
    _report(result, draft.problems, json_out)
    if blocking and all(p.confirmable for p in blocking):
        _say("要确认的核对无误后，加 --confirm 再导入一次。")
    raise typer.Exit(1 if blocking else 0)


def _write_marked(path: Path, content: bytes, name: str, problems: Sequence[Problem]) -> None:
    try:
        path.write_bytes(importing.marked(content, name, problems))
    except (OSError, Refused):
        _fail(f"写不了 {path}，请检查路径和权限。")
    _say(f"问题已标在 {path}。")


def _say_more(draft: Draft) -> None:
    """What a clerk should know of a draft beside its problems: how to answer its questions, the corrections applied,
    the columns kept aside."""
    from core.views.imports import uncounted_words

    for q in draft.questions:
        header = q.header.replace(" ", "")
        yes, no = (shlex.quote(f"{header}={column}") for column in (q.proposal, "不用"))
        _say(f"确认表头：如果“{q.header}”就是“{q.proposal}”，加 --map {yes}；不是就加 --map {no}。")
    if uncounted := uncounted_words(draft):
        _say(f"提示：{uncounted}。")
    for c in draft.corrected:
        _say(f"已更正：{c.cell} {c.header}，原值“{c.was or '空'}”，改为“{c.now or '空'}”。{c.reason}")
    if draft.unused:
        more = f"等{len(draft.unused)}列" if len(draft.unused) > SHOWN_UNUSED else ""
        _say(f"没有用到的列（留在原件里）：{'、'.join(draft.unused[:SHOWN_UNUSED])}{more}。")


def _townships(names: list[str], tree: PlaceTree) -> list[Place]:
    found: list[Place] = []
    for name in names:
        area = _area(name, tree, date.today())
        found += area.townships
    return found


def _refuse(problem: Problem, json_out: bool) -> NoReturn:
    if json_out:
        empty: dict[str, Any] = {
            "ledger": None, "as_of": None, "rows": 0, "amount_wan": None, "headers": [],
            "places": {"townships": [], "villages": []}, "dates": [], "totals": [],
            "problems": [_problem_json(problem)], "changes": {}, "accepted": False,
        }  # fmt: skip
        print(json.dumps(empty, ensure_ascii=False))
    _fail(str(problem), 2)


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "cell": problem.cell,
        "expected": problem.expected,
        "found": problem.found,
        "fix": problem.fix,
        "blocks": problem.blocks,
    }


def _rows(draft: Draft) -> int:
    return int(draft.summary["table_rows"])


def _draft_json(
    content: bytes, draft: Draft, tree: PlaceTree, changes: dict[str, Any], accepted: bool
) -> dict[str, Any]:
    """The described table, with what the ledger knows better: its rows, budget, problems and changes."""
    described = isolated(describe, content, draft.file_name, tree).as_dict()
    described.update(
        ledger=draft.ledger,
        as_of=draft.as_of.isoformat() if draft.as_of else None,
        rows=_rows(draft),
        headers=list(draft.headers),
        problems=[_problem_json(p) for p in draft.problems],
        changes={
            **changes,
            "corrected": [
                {"cell": c.cell, "header": c.header, "was": c.was, "now": c.now, "reason": c.reason}
                for c in draft.corrected
            ],
            "unused": list(draft.unused),
        },
        accepted=accepted,
    )
    if LEDGERS[draft.ledger].amount:
        budget = draft.summary["budget_fen"]
        described["amount_wan"] = None if budget is None else budget / 1e6
    return described


def _report(result: dict[str, Any], problems: tuple[Problem, ...], json_out: bool) -> None:
    if json_out:
        print(json.dumps(result, ensure_ascii=False))
        return
    for problem in problems:
        words = "要确认" if problem.confirmable else "必须解决" if problem.blocks else "提示"
        _say(f"{words}：{problem}")
    _say(f"数据行{result['rows']}条，问题{len(problems)}个。")


@app.command("template", cls=_Command)
def write_template(
    ledger: Annotated[str, typer.Argument(metavar="台账", help="台账：" + "、".join(LEDGERS))],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件，不写则为 台账名-空表.xlsx")] = None,
) -> None:
    """写出一种台账的空表：表头、单位、下拉框和一行示例。"""
    if ledger not in LEDGERS:
        _fail(f"没有“{ledger}”这种台账。可用的有：{'、'.join(LEDGERS)}。", 2)
    path = out or Path(f"{LEDGERS[ledger].title}-空表.xlsx")
    try:
        path.write_bytes(template(ledger, place_tree()))
    except OSError:
        _fail(f"写不了 {path}，请检查路径和权限。")
    _say(f"已写出 {path}。示例行导入时不读，可以留着。")


@app.command(cls=_Command)
def batches(json_out: Json = False) -> None:
    """列出全部批次：台账、数据日期、何时由谁接收、是否在用。"""
    with _store() as store:
        lines = store.batches()
    if json_out:
        print(
            json.dumps(
                [
                    {
                        "id": b.id,
                        "ledger": b.ledger,
                        "file": b.file_name,
                        "as_of": b.as_of.isoformat(),
                        "known_on": b.known_on.isoformat(),
                        "accepted_at": b.accepted_at.isoformat(),
                        "accepted_by": b.accepted_by,
                        "backfilled": b.is_backfilled,
                        "rows": b.rows,
                        "in_force": b.in_force,
                        "events": [{"kind": k, "at": at.isoformat(), "by": by} for k, at, by in b.events],
                    }
                    for b in lines
                ],
                ensure_ascii=False,
            )
        )
        return
    for b in lines:
        state = "在用" if b.in_force else "已撤回"
        late = "，补录" if b.is_backfilled else ""
        print(
            f"{b.id:>4}  {state}  {b.ledger:<17} {b.as_of}  {b.rows:>6}条  {b.file_name}（{b.accepted_by}{late}）"
        )


@app.command(cls=_Command)
def withdraw(batch: Annotated[int, typer.Argument(metavar="批次", help="批次编号")]) -> None:
    """撤回一批：它不再参与计算，记录仍在，可以恢复。"""
    with _store() as store:
        store.withdraw(batch, COUNTINGS, by=getpass.getuser(), address=COMMAND_LINE)
    _say(f"第{batch}批已撤回。")


@app.command(cls=_Command)
def reinstate(batch: Annotated[int, typer.Argument(metavar="批次", help="批次编号")]) -> None:
    """恢复一批已撤回的。"""
    with _store() as store:
        store.reinstate(batch, COUNTINGS, by=getpass.getuser(), address=COMMAND_LINE)
    _say(f"第{batch}批已恢复。")


def _area(name: str, tree: PlaceTree, on: date, store: Store | None = None) -> Area:
    found = realm.areas(store, name, on) if store else tree.areas(name, on)
    if len(found) == 1:
        return found[0]
    if found:
        _fail(f"“{name}”不止一处：{'、'.join(area.name for area in found)}。请写明是哪一个。", 2)
    _fail(f"没有找到“{name}”。可写方城县、三战区、杨集镇、杨集镇/大河口村。", 2)


@app.command(cls=_Command)
def figures(
    as_of: Annotated[str, typer.Option("--as-of", help="数据截至日期，如 2022-08-31")],
    known_by: Annotated[str | None, typer.Option("--known-by", help="只用到这一时刻已知的批次")] = None,
    place: Annotated[str, typer.Option("--place", help="方城县、三战区、杨集镇、杨集镇/大河口村")] = "方城县",
    json_out: Json = False,
) -> None:
    """打印全部指标。"""
    tree = place_tree()
    on = _day(as_of)
    with _counted_store() as store:
        area = _area(place, tree, on, store)
        snapshot = store.snapshot(
            _whole_scope(store), on, _past("--known-by", known_by) if known_by else ALWAYS
        )
        result = as_json(CATALOGUE, snapshot, area, known_by)
    if json_out:
        print(json.dumps(result, ensure_ascii=False))
        return
    print(f"{area.name}　数据截至{as_of}")
    for figure in result["figures"]:
        print(f"{figure['name']:　<24}{figure['text']}　{figure['source']}")


@app.command(cls=_Command)
def backtest(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CSV文件", help="CSV：started_on,planned_on,completed_on[,kind]，日期如 2022-08-31"
        ),
    ],
    horizon: Annotated[
        list[int] | None, typer.Option("--horizon", help="往后多少天，可重复；不写为 90 和 180")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="截止日期，不写为表中最晚的一天")] = None,
    json_out: Json = False,
) -> None:
    """用一份历史工程表检验竣工预测：每个季末只用当时已知的，与后来的事实对照。"""
    from core.forecasts import backtest as past

    if min(horizon or [1]) < 1:
        raise Wrong("--horizon 应是1天以上")
    try:
        works, left_out = past.read_csv(file)
    except OSError:
        _fail(f"{file} 打不开，请检查路径和权限。", 2)
    except past.BadTable as error:
        _fail(str(error), 2)
    end = _day(until) if until else past.latest_day(works)
    records = [past.backtest(works, days, end) for days in dict.fromkeys(horizon or [90, 180])]
    _say(
        f"{len(works)}个工程，截至{end.isoformat()}；各日期按当日已知处理（表中的计划竣工日如经调整，当时未必如此）。"
    )
    if left_out:
        _say(f"另有{left_out}行没有开工日或计划竣工日，或竣工早于开工，未用。")
    if json_out:
        print(json.dumps({"horizons": [r.as_dict() for r in records]}, ensure_ascii=False))
        return
    for one in records:
        print("\n".join(past.told(one)))


@app.command("backup", cls=_Command)
def back_up(
    to: Annotated[
        Path,
        typer.Argument(
            metavar="文件夹", help="新的备份文件夹，如 /备份/2022-09-01；年度存档时是放存档的文件夹"
        ),
    ],
    year: Annotated[
        int | None,
        typer.Option("--archive", help="年度存档：写哪一年，在文件夹里另建带名字的一份，另含全年指标"),
    ] = None,
    with_secret: Annotated[
        bool, typer.Option("--with-secret", help="连同密钥；备份就要像密钥一样保管")
    ] = False,
) -> None:
    """备份：数据库、原始表格、发出的材料、设置。看板不用停；写完后打开核对。"""
    title = "方城县乡村振兴指挥看板 备份" if year is None else f"方城县乡村振兴指挥看板 {year}年度存档"
    if year is not None:
        to = to / title.replace(" ", "-")
    try:
        made = backup.back_up(settings.store_url(), to, _say, title=title, with_secret=with_secret, year=year)
    except (StoreError, backup.BackupError) as error:
        _fail(str(error))
    try:
        store, by = Store.open(settings.store_url()), _operator()
        with store.writing() as connection:
            what = f"备份到 {to}" if year is None else f"{year}年度存档到 {to}"
            journal.note(connection, "backup", by.account, by.address, (), what)
    except StoreError as error:  # 库只读时也要能备份
        _say(f"注意：备份已写好，但没有记入操作日志：{error}")
    if made.missing_originals:
        _say(
            f"注意：{len(made.missing_originals)}份原始表格不在 {settings.originals()}，或已改动，没有备份到。"
        )
    if made.missing_issued:
        _say(f"注意：{len(made.missing_issued)}份发出的材料不在 {settings.issued()}，或已改动，没有备份到。")
    for words in made.without:
        _say(f"注意：{words}。")
    _say(f"已备份到 {to}，已打开核对。")


@app.command("restore-backup", cls=_Command)
def restore_backup(source: Annotated[Path, typer.Argument(metavar="文件夹", help="备份文件夹")]) -> None:
    """从备份恢复到 COUNTY_STORE 所指的地方；那里已有数据库时不动。"""
    try:
        made = backup.restore(settings.store_url(), source, _say)
    except backup.BackupError as error:
        _fail(str(error))
    _say(
        f"已恢复：{made.made_at} 的备份，{made.counts['batch']}批，{sum(made.counts.values())}行，逐表相符。"
    )
    if backup.SECRET not in made.files and not settings.secret_file().exists():
        _say(f"请把另存的密钥放到 {settings.secret_file()}（权限600），再启动看板。")


@app.command(cls=_Command)
def check() -> None:
    """检查库是否完整：数据库文件、每批的行数、每个计数与明细。退出码：0 完整，1 不完整。"""
    with _store() as store:
        amiss = store.amiss(COUNTINGS)
    if amiss:
        _fail(
            "\n".join(
                [
                    *amiss,
                    "只是计数账不符、又刚升级或改过口径的：运行 python -m core recount，再检查一次。",
                    "否则库不完整。请停下看板，把原文件另存备查，用 restore-backup 恢复最近的备份。",
                ]
            )
        )
    _say(f"库是完整的：{len(store.batches())}批，逐批逐数相符。")


@app.command(cls=_Command)
def recount() -> None:
    """按现在的口径重算计数账，批次和明细不动，看板不用停。升级后看板启动时自己会做，库里有很多县时才要运行。"""
    with _store() as store:
        posted = recounting.recount(store, by=getpass.getuser())
    _say(f"计数账补记了{posted}笔。" if posted else "计数账与明细相符，没有要补的。")


account_app = typer.Typer(
    cls=Group, no_args_is_help=True, help="账号：新建、列出、调整、停用、启用、重设密码。"
)
app.add_typer(account_app, name="account")

NameOfAccount = Annotated[str, typer.Argument(metavar="账号", help="账号名")]
RoleOfAccount = Annotated[
    str, typer.Option("--role", help="、".join(f"{r.key} {r.title}" for r in accounts.roles().values()))
]
PlaceOfAccount = Annotated[str, typer.Option("--place", help="战区或乡镇，按角色填写，如 三战区、杨集镇")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="从这个文件读密码（只许本人可读，权限600）")
]
Generate = Annotated[bool, typer.Option("--generate", help="随机生成密码，只显示在终端上，首次登录须修改")]


@contextmanager
def _account_store() -> Iterator[Store]:
    with _store() as store:
        try:
            yield store
        except accounts.Refused as error:
            _fail(str(error))


def _operator() -> accounts.Visitor:
    return accounts.operator(getpass.getuser())


def _password(name: str, file: Path | None, generate: bool) -> str:
    """A password that reaches no log: from a file of one's own, the environment, the keyboard, or made up and shown
    on a terminal alone."""
    if file is not None:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            _fail(f"{file} 别人也能读。请运行 chmod 600 {file} 再试。")
        return file.read_text(encoding="utf-8").strip("\r\n")
    if generate:
        if not sys.stdout.isatty():
            _fail("随机密码只显示在终端上，这里的输出不是终端。请改用 --password-file，或在终端里运行。")
        made = "-".join(secrets.token_hex(2) for _ in range(5))
        print(f"账号 {name} 的初始密码：{made}　（只显示这一次）")
        return made
    if given := os.environ.get("COUNTY_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        _fail("请在终端里运行并输入密码；或用 --password-file，或用环境变量 COUNTY_PASSWORD。")
    typed = getpass.getpass(f"账号 {name} 的密码（不显示）：", stream=sys.stderr)
    if typed != getpass.getpass("再输一次：", stream=sys.stderr):
        _fail("两次输入不同。")
    return typed


@account_app.command("add", cls=_Command)
def account_add(
    name: NameOfAccount,
    role: RoleOfAccount,
    place: PlaceOfAccount = "",
    password_file: PasswordFile = None,
    generate: Generate = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="不设密码，只用统一认证登录")] = False,
) -> None:
    """新建账号。密码在终端输入，不显示，也不进日志。"""
    with _account_store() as store:
        password = None if no_password else _password(name, password_file, generate)
        accounts.add(store, _operator(), name, role, place, password, must_change=generate)
    _say(f"账号 {name} 已建立。")


@account_app.command("list", cls=_Command)
def account_list(json_out: Json = False) -> None:
    """列出全部账号：角色、地方、状态。"""
    with _account_store() as store:
        found = accounts.listing(store, _operator())
    if json_out:
        told = [
            {"name": a.name, "role": a.role, "place": a.place, "state": a.state, "signed_in": a.signed_in}
            for a in found
        ]
        print(json.dumps(told, ensure_ascii=False))
        return
    for a in found:
        print(f"{a.name:<20} {a.role}　{a.place}　{a.state}")


@account_app.command("change", cls=_Command)
def account_change(name: NameOfAccount, role: RoleOfAccount, place: PlaceOfAccount = "") -> None:
    """换角色或地方，如指挥长换了战区；各处的登录立即退出。"""
    with _account_store() as store:
        accounts.reassign(store, _operator(), name, role, place)
    _say(f"账号 {name} 已调整，各处登录已退出。")


@account_app.command("disable", cls=_Command)
def account_disable(name: NameOfAccount) -> None:
    """停用账号，立即退出它在各处的登录。"""
    with _account_store() as store:
        accounts.set_disabled(store, _operator(), name, True)
    _say(f"账号 {name} 已停用。")


@account_app.command("enable", cls=_Command)
def account_enable(name: NameOfAccount) -> None:
    """重新启用账号。"""
    with _account_store() as store:
        accounts.set_disabled(store, _operator(), name, False)
    _say(f"账号 {name} 已启用。")


@account_app.command("password", cls=_Command)
def account_password(
    name: NameOfAccount,
    password_file: PasswordFile = None,
    generate: Generate = False,
) -> None:
    """重设密码，立即退出它在各处的登录。"""
    with _account_store() as store:
        password = _password(name, password_file, generate)
        accounts.reset_password(store, _operator(), name, password, must_change=generate)
    _say(f"账号 {name} 的密码已重设。")


@app.command(cls=_Command)
def scale(
    counties: Annotated[int, typer.Option("--counties", min=1, help="几个县（含演示县自己）")],
    out: Annotated[str, typer.Option("--out", help="新库：文件名，或 SQLAlchemy URL")],
) -> None:
    """把演示库（COUNTY_STORE）放大为一个省：多少个县就有多少份，编码不同，数据相同。"""
    from core import demo_store
    from core.scaling import scale as write

    target = out if "://" in out else f"sqlite:///{Path(out).absolute()}"
    try:
        try:
            Store.open(settings.store_url())
        except StoreError:
            demo_store.make(settings.store_url(), _say)
        write(settings.store_url(), target, counties, _say)
    except StoreError as error:
        _fail(str(error))
    _say("已写完。")


@app.command("move-store", cls=_Command)
def move_store(
    source: Annotated[str, typer.Argument(metavar="旧地址", help="现在的库的地址（SQLAlchemy URL）")],
    target: Annotated[str, typer.Argument(metavar="新地址", help="新库的地址，那里还没有库")],
) -> None:
    """把整个库搬到另一处（SQLite 与 PostgreSQL 之间，两个方向都可），逐表核对行数与合计；原来的库不动。"""
    from core.moving import move

    try:
        move(source, target, _say)
    except StoreError as error:
        _fail(str(error))
    _say("已搬完，行数与合计一致。把 COUNTY_STORE 改为新地址再启动。")


@app.command(cls=_Command)
def report(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="材料",
            help="材料：bulletin、slides、ranking、projects、summary、one_page、supervision、pack、township_packs",
        ),
    ],
    as_of: Annotated[str, typer.Option("--as-of", help="数据截至日期，如 2022-08-31")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")],
    place: Annotated[str, typer.Option("--place", help="方城县、三战区、杨集镇")] = "方城县",
    as_pdf: Annotated[bool, typer.Option("--pdf", help="另用 LibreOffice 转一份 PDF")] = False,
) -> None:
    """生成材料：通报、幻灯片、排名表、台账、一页纸、督办单，或整包。同一份数据每次生成的文件完全相同。"""
    from core.reports.catalogue import BY_KEY, NoData, make
    from core.reports.pdf import NoPdf, pdf
    from core.views.briefing import Briefing

    if kind not in BY_KEY:
        _fail(
            f"没有“{kind}”这种材料。可用的有：{'、'.join(f'{k}（{v.title}）' for k, v in BY_KEY.items())}。",
            2,
        )
    if as_pdf and BY_KEY[kind].ending == "zip":
        _fail("材料包不能转成一个PDF。请逐种材料加 --pdf 生成。", 2)
    tree, on = place_tree(), _day(as_of)
    area = _area(place, tree, on)
    with _counted_store() as store:
        briefing = Briefing(store.snapshot(_whole_scope(store), on), tree)
        try:
            made = make(BY_KEY[kind], briefing, area, mark="命令行", progress=_told)
        except NoData as error:
            _fail(str(error))
        except ValueError as error:
            _fail(str(error), 2)
        with store.writing() as connection:
            by = _operator()
            journal.note(connection, "export", by.account, by.address, area.codes, f"材料：{made.file_name}")
    files, without = [(made.file_name, made.content)], ""
    if as_pdf:
        try:
            files.append((f"{Path(made.file_name).stem}.pdf", pdf(made.content, BY_KEY[kind].ending)))
        except NoPdf as error:
            without = str(error)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (out / name).write_bytes(content)
            _say(f"已写出 {out / name}。")
    except OSError:
        _fail(f"写不了 {out}，请检查路径和权限。")
    if without:  # 定时任务要知道少了一份
        _fail(without)


def _told(done: int, of: int, what: str) -> None:
    _say(f"[{done}/{of}] {what}")


if __name__ == "__main__":
    app()
