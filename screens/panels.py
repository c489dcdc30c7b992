"""Fills the panels of the service screen with facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model.colour import Role
from console.model.service import ColourSet, Service
from screens.view import balancer, commits, instances, shipping, traffic
from screens.view import side as side_view
from screens.view.words import Magnitudes
from screens.widgets.panel import Panel
from screens.widgets.table import Table

if TYPE_CHECKING:
    from screens.service import ServiceScreen


def fill(screen: ServiceScreen, service: Service, now: float, speeds: Magnitudes) -> None:
    """Show the service's facts in every panel."""
    # the same moment as in the header: what was judged there is known
    at = screen.console_app.verdicts.moment(service, now)
    if screen.filled[0] is not service or screen.filled[1] != at:
        for side in service.colours:
            _colour(screen, service, side, at, speeds)
        _commits(screen, service, at)
        screen.filled = service, at
    _traffic(screen, service, now)
    _balancer(screen, service, now)


def _colour(screen: ServiceScreen, service: Service, side: ColourSet, now: float, speeds: Magnitudes) -> None:
    pane, glyphs = screen.pane(side.colour), screen.console_app.look.glyphs
    serves = service.role(side.colour) in (Role.LIVE, Role.BOTH)
    frame = f"frame-{side.colour.value}" if serves else "frame"
    pane.entitle(side_view.title(service, side, glyphs), side_view.title_right(service, side, now), frame)
    rows = instances.rows(service, side, now, glyphs, speeds)
    pane.fill(instances.columns(service), rows, (side_view.empty(service, side),))


def _traffic(screen: ServiceScreen, service: Service, now: float) -> None:
    panel, glyphs = screen.query_one("#traffic", Panel), screen.console_app.look.glyphs
    make = traffic.brief if screen.is_short else traffic.lines
    panel.entitle(traffic.title(service), traffic.title_right(service, now))
    panel.show_made(lambda cells: make(service, cells, now, glyphs))


def _balancer(screen: ServiceScreen, service: Service, now: float) -> None:
    panel = screen.query_one("#balancer", Panel)
    panel.entitle(balancer.title(service), balancer.title_right(service, now))
    changing = balancer.changing(service, now)
    facts = balancer.brief(service, now) if screen.is_short else balancer.lines(service, now)
    panel.show([*([changing] if changing else []), *facts])


def _commits(screen: ServiceScreen, service: Service, now: float) -> None:
    table = screen.query_one("#commits", Table)
    glyphs = screen.console_app.look.glyphs
    table.entitle(commits.title(service, glyphs), commits.title_right(service, now))
    mixed = shipping.mixed(service)
    table.fill(commits.COLUMNS, commits.rows(service, now, glyphs), (*mixed, commits.empty(service)))
