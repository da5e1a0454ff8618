"""A derivation: a step bound to its arguments, or a value rule with its modifiers as a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from converters.dataset import Origin
from converters.mapping.analysis import Item
from converters.mapping.document import Path_, as_yaml
from converters.rules.parameter import may_hold
from converters.rules.registry import analysis_rules, modifiers, rules, steps
from converters.rules.rule import Reads, Rule, Target
from converters.rules.step import Analysis, Kind, Step, as_step, chosen
from converters.rules.written import Files, with_files


@dataclass(frozen=True)
class Derivation:
    """What one key of ``derive`` does. ``path`` is the place of its key in the spec.

    ``variable`` is what it makes, None for a step that stands alone; ``changes`` are its modifiers
    and their arguments, ``condition`` that of ``when`` among them, ``attributes`` all that is said
    of the variable.
    """

    step: Step
    args: Any
    path: Path_
    variable: Target | None = None
    changes: tuple[tuple[Rule, Any], ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    condition: str | None = None

    @property
    def target(self) -> str:
        """The variable that it stands under; empty for a step that stands alone."""
        return self.variable.name if self.variable else ""

    @property
    def place(self) -> Path_:
        """The place of the step's arguments in the spec."""
        return (*self.path, self.step.name) if self.variable else self.path

    def makes(self) -> list[str]:
        """The variables that it makes, companions too."""
        found = [self.target] if self.variable else []
        return list(dict.fromkeys((*found, *self.step.makes(self.args, self.target))))

    def apply(self, table: Analysis) -> None:
        """Carries it out.

        ``when`` is judged before, since it may ask for what a variable held until now; a variable
        that is made anew keeps that in the other records.
        """
        if self.condition is None:
            self.step.apply(self.args, table, self.target)
            return
        holds = table.condition(self.condition)
        before = {name: table.column(name) for name in self.makes() if name in table.names()}
        self.step.apply(self.args, table, self.target)
        for name in self.makes():
            table.put(name, chosen(holds, table.column(name), before.get(name)))

    def reads(self) -> Iterator[tuple[Path_, Reads]]:
        """What it reads, each with the place in the spec that the reads' own places are below.

        Raises:
            ExpressionError: an argument that should be an expression is none.
        """
        yield self.place, self.step.reads(self.args, self.target)
        for rule, args in self.changes:
            yield (*self.path, rule.name), rule.reads(args, self.variable)  # type: ignore[arg-type]

    def problems(self) -> Iterator[tuple[Path_, str]]:
        """(place in the spec, message) for all that is wrong with the arguments by themselves."""
        start = f"{self.target}: " if self.target else ""
        for place, message in self.step.check(self.args):
            yield (*self.place, *place), start + message
        for rule, args in self.changes:
            for place, message in rule.check(args):
                yield (*self.path, rule.name, *place), start + message

    def imputes(self, name: str) -> bool:
        """Whether values of the variable ``name`` stand in the place of missing ones."""
        return self.step.imputes(self.args, name)

    def words(self, name: str, files: Files | None = None) -> str | None:
        """How the variable ``name`` is made, for Define-XML; None: there is nothing to tell.

        ``condition`` is told apart, since it depends on what else makes the variable. ``files`` are
        those that rows of the spec come from: these are not told one by one.
        """
        args = with_files(self.args, self.place, files or {})
        told = [self.step.words(args, name)]
        if self.variable is not None and name == self.target:
            told += [rule.words(its, self.variable) for rule, its in self.changes]
        return " ".join(text for text in told if text) or None

    def written(self, files: Files) -> str:
        """The step as the spec has it; ``files`` are those that rows of the spec come from."""
        said = with_files(self.args, self.place, files)
        if self.variable is None:
            return as_yaml(self.step.name, said)
        known = {self.step.name, *modifiers()}
        rest = {key: value for key, value in self.attributes.items() if key in known}
        return as_yaml(self.target, {**rest, self.step.name: said})

    def about(self, parameter: str) -> Derivation | None:
        """The derivation as far as it is about a parameter; None: it has nothing to do with it."""
        if not may_hold(self.condition, parameter):
            return None
        args = self.step.about(self.args, parameter)
        return None if args is None else replace(self, args=args)

    def origin(self, name: str) -> Origin:
        """Where the variable ``name`` comes from; a copy that is changed is derived."""
        found = self.step.origin(self.args, name)
        if self.step.name == "from":
            found = Origin("Predecessor", "", self.args)
        changed = {rule.name for rule, _ in self.changes} - {"codelist"}
        if changed and (found.type == "Predecessor" or "when" in changed):
            return Origin("Derived", "Sponsor")
        return found


def derivation(item: Item, target: Callable[[Item], Target]) -> Derivation:
    """The derivation that an item of a spec states; ``target`` says what its variable is.

    Raises:
        ValueError: the item names no rule or step, or more than one.
    """
    if not item.is_variable:
        return Derivation(steps()[item.name], item.args, item.path)
    makers = variable_makers()
    named = [key for key in item.args if key in makers]
    if len(named) != 1:
        if named:
            count = f"has {len(named)} rules ({', '.join(named)}); keep one"
            raise ValueError(f"{item.name}: {count}")
        raise ValueError(f"{item.name}: names no rule; expected one of: {', '.join(makers)}")
    (name,) = named
    variable = target(item)
    changes = [(rule, item.args[key]) for key, rule in modifiers().items() if key in item.args]
    if variable.codelists and "codelist" not in item.args:
        changes.append((rules()["codelist"], variable.codelists[0].name))
        changes.sort(key=lambda change: change[0].order)
    maker = makers[name]
    now = [change for change in changes if change[0].name != "when"]
    step = (
        _changed(maker, variable, now) if isinstance(maker, Step) else as_step(maker, variable, now)
    )
    return Derivation(
        step, item.args[name], item.path, variable, tuple(changes), item.args, item.args.get("when")
    )


def _changed(step: Step, variable: Target, changes: Sequence[tuple[Rule, Any]]) -> Step:
    """A step of a variable whose value is changed by modifiers."""
    if not changes:
        return step

    def apply(args: Any, table: Analysis, name: str) -> None:
        step.apply(args, table, name)
        for rule, its_args in changes:
            table.put(name, rule.apply(its_args, table.column(name), table, variable))

    return replace(step, apply=apply)


def variable_makers() -> Mapping[str, Step | Rule]:
    """The steps and value rules that stand under a variable, by name."""
    own = {name: step for name, step in steps().items() if step.variable}
    return {**analysis_rules(), **own}


def kind_of_result(args: Mapping[str, Any]) -> Kind | None:
    """Char or Num of a variable that neither standard nor spec describes; None: its values say."""
    if "assign" in args:
        return "Char" if isinstance(args["assign"], str) else "Num"
    if "case" in args:
        results = [branch.get("then") for branch in args["case"] if "then" in branch]
        given = [value for value in results if value is not None]
        has_formula = any("formula" in branch for branch in args["case"])
        if given and not has_formula:
            return "Num" if not any(isinstance(value, str) for value in given) else "Char"
    return None
