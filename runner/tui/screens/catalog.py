"""The catalog: the available models, the card of each, and the start of a new spec."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from runner.presentation.text import safe
from runner.tui.background import run_in_background
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import textual_bindings
from runner.tui.context import AppContext
from runner.tui.navigation import OpenSpec
from runner.tui.rows.model_card import leaf_page
from runner.tui.rows.models import Leaf, ModelRow, leaves, read_models
from runner.tui.study_source import in_thread
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.search_line import SearchLine
from runner.tui.widgets.virtual_table import TableColumn, VirtualTable

__all__ = ["CatalogScreen"]


class CatalogScreen(BaseScreen):
    """A tree of models, and next to it the card of the one under the cursor; below it if the screen is narrow."""

    SCREEN_NAME = "catalog"
    BINDINGS: ClassVar[list[BindingType]] = [
        *textual_bindings("catalog"),
        Binding("escape", "show_all", show=False),
        Binding("left", "shut", show=False),
        Binding("right", "unshut", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    CatalogScreen #tree { width: 36; padding: 0 1; }
    CatalogScreen #card { width: 1fr; padding: 0 1 0 2; border-left: solid $border-blurred; }
    CatalogScreen #card { scrollbar-size-vertical: 1; scrollbar-color: $border; scrollbar-background: $background; }
    CatalogScreen #card:focus { border-left: solid $accent; }
    CatalogScreen #card Drawing { padding: 0 1 0 0; }
    CatalogScreen.-narrow #both { layout: vertical; }
    CatalogScreen.-narrow #tree { width: 1fr; height: 9; }
    CatalogScreen.-narrow #card { height: 1fr; padding: 0 1; border-left: none; border-top: solid $border-blurred; }
    CatalogScreen.-narrow #card:focus { border-left: none; border-top: solid $accent; }
    CatalogScreen.-signs-ascii #card { border-left: ascii $border-blurred; scrollbar-size-vertical: 0; }
    CatalogScreen.-signs-ascii.-narrow #card { border-left: none; border-top: ascii $border-blurred; }
    CatalogScreen.-signs-ascii #card:focus { border-left: ascii $accent; }
    CatalogScreen.-signs-ascii.-narrow #card:focus { border-left: none; border-top: ascii $accent; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._models: tuple[ModelRow, ...] | None = None
        self._leaves: dict[str, Leaf] = {}
        self._folded: frozenset[str] = frozenset()
        self._tree = VirtualTable(context, self._empty, id="models")
        self._search = SearchLine(context)
        self._page = Drawing(context)
        self._card = VerticalScroll(self._page, id="card")

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The catalog, and the current model."""
        here = self._here
        return (self.context.t("Catalog"), *(here.key.partition(" ")[0].split("/") if here else ()))

    def body(self) -> ComposeResult:
        """Yield tree and card."""
        with Horizontal(id="both"):
            with Vertical(id="tree"):
                yield self._tree
                yield self._search
            yield self._card

    def on_mount(self) -> None:
        """Read the catalog, which imports the plugins, in the background."""
        self.refresh_text()
        self._page.show(lambda canvas: leaf_page(self._here, self._models or (), canvas))
        self._tree.focus()
        run_in_background(self, self._read)

    async def _read(self) -> None:
        self._models = await in_thread(read_models)
        self._arrange()
        if first := next((leaf.key for leaf in self._leaves.values() if leaf.model is not None), None):
            self._tree.move_to(first)

    def refresh_text(self) -> None:
        """Update the heading in the current language, and the glyphs."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self._tree.set_columns([TableColumn("model", self.context.t("Model"), 20, share=1, sortable=False)])

    def _arrange(self) -> None:
        found = leaves(self._models or (), self._search.words, self._folded)
        self._leaves = {leaf.key: leaf for leaf in found}
        self._tree.set_rows(list(self._leaves), self._cells)
        self._show_here()

    def _show_here(self) -> None:
        self._page.refresh_text()
        self._card.scroll_home(animate=False)
        self.update_header()

    @property
    def _here(self) -> Leaf | None:
        return self._leaves.get(self._tree.cursor or "")

    def _cells(self, key: str) -> tuple[Content]:
        leaf, glyphs, palette = self._leaves[key], self.context.glyphs, self.context.palette
        label = safe(leaf.label, 80)
        indent = "  " * leaf.depth
        if leaf.example:
            return (Content.assemble(indent, (f"{glyphs.bullet} {label}", palette.muted)),)
        sign = glyphs.down if leaf.open else glyphs.crumb
        if leaf.model is None:
            return (Content.assemble(indent, (f"{sign} ", palette.muted), label),)
        if leaf.model.problem:
            broken = glyphs.severities["problem"]
            return (Content.styled(f"{indent}{broken} {label} ({self.context.t('broken')})", palette.bad),)
        sign = sign if leaf.model.examples else glyphs.bullet
        return (Content.assemble(indent, (f"{sign} ", palette.muted), (label, f"bold {palette.accent}")),)

    def _empty(self) -> str:
        if self._models is None:
            return self.context.t("Reading the catalog...")
        if self._models:
            return self.context.t("No model holds these words. Esc shows all.")
        return self.context.t("There is no model: not even modelcat's own are installed. Install it again.")

    # Actions

    def can(self, action: str) -> bool | None:
        """Return whether an action suits the line under the cursor."""
        here = self._here
        match action:
            case "open":
                return here is not None and (here.model is None or not here.model.problem)
            case "show_all":
                return bool(self._search.words)
            case _:
                return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to the screen if no search is open."""
        return self.can(action) if action == "show_all" else super().check_action(action, parameters)

    def action_open(self) -> None:
        """Start a spec from the model or example; open or close a group."""
        if (here := self._here) is None:
            return
        if here.model is None:
            self._shut(here, shut=here.open)
        elif here.example:
            self.post_message(OpenSpec(here.model.examples[here.example]))
        elif not here.model.problem:
            self.post_message(OpenSpec(here.model.template))

    def action_shut(self) -> None:
        """Hide the lines below the line under the cursor."""
        if self._here is not None:
            self._shut(self._here, shut=True)

    def action_unshut(self) -> None:
        """Show the lines below the line under the cursor."""
        if self._here is not None:
            self._shut(self._here, shut=False)

    def action_search(self) -> None:
        """Open the search."""
        self._search.open()

    def action_show_all(self) -> None:
        """End the search."""
        self._search.action_clear()

    def _shut(self, leaf: Leaf, *, shut: bool) -> None:
        if not leaf.example and shut != (leaf.key in self._folded):
            self._folded ^= {leaf.key}
            self._arrange()

    @on(VirtualTable.Moved, "#models")
    def follow(self) -> None:
        """Show the card of the line under the cursor."""
        self._show_here()

    @on(VirtualTable.Chosen, "#models")
    def go_in(self) -> None:
        """Do the same as Enter after a second click on a line."""
        if self.check_action("open", ()):
            self.action_open()

    @on(SearchLine.Changed)
    def narrow(self) -> None:
        """Show the models that contain the words."""
        self._arrange()

    @on(SearchLine.Left)
    def return_to_tree(self) -> None:
        """Return to the tree."""
        self._tree.focus()
