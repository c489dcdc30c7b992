"""A plan, a refusal or a rollout in words: headline, steps, the step explained, what happened."""

from __future__ import annotations

from collections.abc import Sequence

from console.config.model import ServiceConfig
from console.model.record import Record
from console.model.text import visible
from console.plan.desired import Weights
from console.plan.kinds.registry import kind_of
from console.plan.plan import Action, Plan, Refusal, Share, Step, StepKind, Write
from console.rollout.batches import refused_for_batches
from console.rollout.liveness import runner_host
from console.rollout.records import Event, EventKind, Rollout, RolloutState
from console.rollout.waiting import Waiting
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, Span, fit, line
from screens.view.progress import StepState, StepView
from screens.view.table import Column, Row
from screens.view.words import age, count, name

STEP_COLUMNS = (Column("", 1), Column("", 2, right=True), Column("", 0, most=36), Column("", 12, right=True))
_WAITING = (StepKind.PAUSE, StepKind.CONFIRM, StepKind.BAKE)
_ROLES = {
    StepState.PENDING: "",
    StepState.DONE: "",
    StepState.RUNNING: "strong",
    StepState.FAILED: "bad",
    StepState.LEFT: "warn",
    StepState.SKIPPED: "faint",
}


def verb(action: Action) -> str:
    """`CUT OVER`, `ROLL BACK`, `LAUNCH`."""
    return {Action.CUTOVER: "CUT OVER", Action.ROLLBACK: "ROLL BACK"}.get(action, action.upper())


def headline(plan: Plan, glyphs: Glyphs) -> Line:
    """`CUT OVER nova-api   BLUE 3f2a9c1 → GREEN 8be41d0   1 write, 6 members`."""
    source, target = plan.source, plan.target
    members = sum(len(step.changes) for step in plan.steps)
    size = f", {count(members, 'member')}" if members else ""
    writes = f"{count(plan.writes, 'write')}{size}" if plan.writes else "nothing to write"
    if not plan.action.moves_traffic:
        if plan.action.is_single:
            return line((f"{verb(plan.action)} {visible(plan.what.partition(' ')[2])}", "strong"), f"   {writes}")
        target_words = (f"{name(target)} {visible(plan.target_version)}", f"{target.value} live")
        return line((f"{verb(plan.action)} {visible(plan.service)}", "strong"), "   ", target_words, f"   {writes}")
    return line(
        (f"{verb(plan.action)} {visible(plan.service)}", "strong"),
        "   ",
        (f"{name(source)} {visible(plan.source_version)}", f"{source.value} live"),
        f" {glyphs.arrow} ",
        (f"{name(target)} {visible(plan.target_version)}", f"{target.value} live"),
        f"   {writes}",
    )


def story(rollout: Rollout, record: Record | None, *, orphan: bool, glyphs: Glyphs) -> list[Line]:
    """Who asked for it and why, and where it is; after a way back, what is left to say of it."""
    why = f' "{visible(rollout.reason)}"' if rollout.reason else ", no reason given"
    who = line((f"rollout {rollout.id} by {visible(rollout.who.words)}{why}", "dim"))
    lines = [who, *_state_lines(rollout, orphan=orphan, glyphs=glyphs)]
    unnamed = record.unnamed(rollout.id) if record is not None else ()
    if not unnamed:
        return lines
    held = f"{count(len(unnamed), 'commit')} held back: m opens the commits, x there names the bad one"
    return [*lines, line((f"  {glyphs.arrow} {held}", "warn"))]


def _state_lines(rollout: Rollout, *, orphan: bool, glyphs: Glyphs) -> list[Line]:
    sentence = visible(rollout.sentence)
    if rollout.state is RolloutState.DONE:
        return [line((f"{glyphs.good} DONE: ", "strong"), sentence)]
    if rollout.state.ended:
        lines = [line((f" {glyphs.attention} {rollout.state.upper()} ", "badge-ill"), f" {sentence}")]
        if refused_for_batches(rollout):
            lines.append(line((f"  {glyphs.arrow} press e to plan it again with a call for each member", "warn")))
        return [*lines, _settle_hint(glyphs)] if orphan else lines
    if orphan:
        text = "nobody is walking it any more: its runner is gone"
        return [line((f" {glyphs.attention} UNFINISHED ", "badge-ill"), f" {text}"), _settle_hint(glyphs)]
    return [line((f"{glyphs.running} {rollout.state.upper()}", "strong"), ("; it goes on when you leave", "dim"))]


def waits_line(waits: Waiting, now: float, glyphs: Glyphs) -> Line:
    """` WAITS FOR YOU  3m, then it goes back by itself: n go on, x more time`."""
    left = max(waits.until - now, 0)
    if waits.step.kind is StepKind.BAKE:
        return line((f"{glyphs.running} BAKES", "strong"), (f"; {age(left)} left: n ends it early, x adds time", "dim"))
    then = f" {age(left)}, then {visible(waits.otherwise)}: "
    word = "n sign" if waits.step.kind is StepKind.GATE else "n go on"
    return line((f" {glyphs.attention} WAITS FOR YOU ", "badge-ill"), then, (f"{word}, x more time", "warn"))


def remote_line(rollout: Rollout, key: str) -> Line:
    """What is to be done about a runner that only its lease can tell to be alive."""
    host = visible(runner_host(rollout))
    return line((f"its runner is on {host}, out of sight from here; if {host} is dead, {key} takes it over", "dim"))


def _settle_hint(glyphs: Glyphs) -> Line:
    return line((f"  {glyphs.arrow} press u to finish it, go back, or leave it as it is", "warn"))


def refusal_lines(refusal: Refusal, action: Action, service: ServiceConfig, glyphs: Glyphs) -> list[Line]:
    """Why there is no plan, whom it is about, and what to do."""
    hints = {
        "untagged": "press t to take them in; the plan then names them",
        "barred": "launch a version that mends it; or, if it is fit after all, press A to allow it with a reason",
        "undone": "launch a version without it; or, if it is mended or was fit, press A to allow it with a reason",
        "which": "press 1 for all traffic to BLUE, 2 for all traffic to GREEN",
    }
    hint = hints.get(refusal.code, visible(refusal.hint))
    if refusal.enough is not None:
        hint = f"put another in first, or press l: {refusal.enough.words}, and that is enough"
    about = [line(f"  {visible(each)}") for each in refusal.names]
    rule = [BLANK, line((f"safety rule {refusal.rule}", "dim"))] if refusal.rule else []
    return [
        line((f" {glyphs.attention} REFUSED ", "badge-ill"), (f" {verb(action)} {visible(service.name)}", "strong")),
        BLANK,
        line((visible(refusal.reason), "bad")),
        *about,
        *([BLANK, line((f"{glyphs.arrow} {hint}", "warn"))] if hint else []),
        *rule,
    ]


# -- steps


def step_rows(views: Sequence[StepView], now: float, glyphs: Glyphs) -> tuple[Row, ...]:
    """A row per step: sign, number, title, state."""
    return tuple(_step_row(number, view, now, glyphs) for number, view in enumerate(views, 1))


def _step_row(number: int, view: StepView, now: float, glyphs: Glyphs) -> Row:
    role = _ROLES[view.state]
    title = visible(view.step.title)
    return Row(
        view.key,
        (
            (_sign(view.state, glyphs), role),
            (str(number), "dim"),
            (f"then {title}" if view.section else title, role),
            _state(view, now),
        ),
    )


def _sign(state: StepState, glyphs: Glyphs) -> str:
    return {
        StepState.DONE: glyphs.good,
        StepState.RUNNING: glyphs.running,
        StepState.FAILED: glyphs.failed,
        StepState.LEFT: glyphs.attention,
    }.get(state, glyphs.pending)


def _state(view: StepView, now: float) -> Span:
    if view.state is StepState.DONE:
        return (f"done {view.seconds:.1f} s" if view.seconds is not None else "done"), "dim"
    if view.state is StepState.RUNNING and view.began is not None:
        elapsed, limit = max(now - view.began, 0), view.deadline or view.step.deadline
        if view.step.kind in _WAITING:
            return f"{age(max(limit - elapsed, 0))} left", "strong"
        if view.usual and elapsed <= view.usual:
            return f"{elapsed:.0f} of ~{view.usual:.0f} s", "strong"
        return f"{elapsed:.0f} of {limit:.0f} s", "strong"
    return view.state.value, _ROLES[view.state] or "dim"


# -- the step explained


def step_lines(view: StepView, glyphs: Glyphs, reach: str = "") -> list[Line]:
    """The step for someone who sees it for the first time: reach, words, shares, calls, checks, what if."""
    step = view.step
    return [
        *(
            [line((visible(view.said), "bad" if view.state is StepState.FAILED else "strong")), BLANK]
            if view.said
            else []
        ),
        # first: on a short screen there is room for little more
        *([line((f"{visible(reach[:1].upper() + reach[1:])}.", "strong"))] if reach else []),
        line(visible(step.words)),
        *_shares(step, glyphs),
        *_calls(step, glyphs),
        *_checks(step, glyphs),
        BLANK,
        *([line(("usual ", "label"), f"{age(view.usual)}, by earlier rollouts")] if view.usual else []),
        line(("limit ", "label"), f"{age(step.deadline)}; when it is reached, {visible(step.outcome)}"),
        *_changes(step, glyphs),
    ]


def _shares(step: Step, glyphs: Glyphs) -> list[Line]:
    if step.before is None or step.after is None:
        return []
    titles = line(
        " " * 14,
        (f"{name(step.before[0].colour):<28}", step.before[0].colour.value),
        (name(step.before[1].colour), step.before[1].colour.value),
    )
    return [
        BLANK,
        *([line(("listener      ", "dim"), visible(step.way))] if step.way else []),
        titles,
        line(("now           ", "dim"), *fit(_share(step.before[0]), 28), *_share(step.before[1])),
        line(("after this    ", "dim"), *fit(_share(step.after[0]), 28), *_share(step.after[1])),
    ]


def _share(share: Share) -> Line:
    text = f"{share.in_rotation} in rotation"
    if share.healthy != share.in_rotation:
        some = f"{share.healthy} healthy, {share.unseen} unseen"
        text = some if share.unseen else f"{share.healthy} of {share.in_rotation} healthy"
    return line(
        (f"{share.percent:3.0f} %", "strong" if share.percent else "dim"),
        (f"  {text}", "" if share.percent else "dim"),
    )


def _calls(step: Step, glyphs: Glyphs) -> list[Line]:
    if not step.writes:
        return [BLANK, line(("writes nothing", "dim"))]
    return [each for write in step.writes for each in _call(write)]


def _call(write: Write) -> list[Line]:
    call = write.call
    lines = [BLANK, line(("call  ", "label"), (visible(call.line), "code"), f"  {call.size}" if call.size else "")]
    lines += [line(("same  " if not number else "      ", "label"), (visible(text), "code"))
              for number, text in enumerate(call.commands)]  # fmt: skip
    lines += [line("      ", visible(note)) for note in call.notes]
    if write.undo is not None:
        lines.append(line(("undo  ", "label"), (visible(write.undo.line), "code"), "  what was there before"))
    return lines


def _checks(step: Step, glyphs: Glyphs) -> list[Line]:
    return [BLANK, *(line(("check ", "label"), visible(check)) for check in step.checks)] if step.checks else []


def _changes(step: Step, glyphs: Glyphs) -> list[Line]:
    others = [write.desired for write in step.writes if not isinstance(write.desired, Weights)]
    if not step.changes:
        clauses = [clause for one in others for clause in kind_of(one).words(one)]
        return [BLANK, *(line(visible(clause)) for clause in clauses)] if clauses else []
    size = max(len(visible(change.name)) for change in step.changes)
    return [
        BLANK,
        *(
            line(
                (f"{name(change.colour):<6}", change.colour.value),
                f"{visible(change.name):<{size}}  weight {change.weight_before} {glyphs.arrow} {change.weight_after}",
            )
            for change in step.changes
        ),
    ]


# -- below


def notes(plan: Plan, glyphs: Glyphs, told: Sequence[str] = ()) -> list[Line]:
    """The summary, and what must be read before confirming, but for what is `told` elsewhere."""
    return [
        line(visible(plan.summary)),
        *(line((f"{glyphs.attention} {visible(note)}", "warn")) for note in plan.notes if note not in told),
    ]


def output_lines(printed: Sequence[str]) -> list[Line]:
    """What gates printed: headings stand out."""
    return [line((visible(text), "strong" if text.startswith("== ") else "")) for text in printed]


def log(events: Sequence[Event], glyphs: Glyphs) -> list[Line]:
    """What happened, newest last: seconds since the first event, and a sentence each."""
    first = events[0].at if events else 0.0
    quiet = (EventKind.BEGUN,)
    return [
        line((f"{max(event.at - first, 0):6.1f} s  ", "dim"), (visible(event.text), _event_role(event)))
        for event in events
        if event.kind not in quiet
    ]


def _event_role(event: Event) -> str:
    if event.kind is EventKind.INTENT:
        return "code"
    if event.data.get("verdict") == "failed":
        return "bad"
    if event.kind in (EventKind.PLANNED, EventKind.DECISION):
        return "warn"
    return "strong" if event.kind in (EventKind.PROOF, EventKind.FINISHED) else ""
