"""Exercises that answer back: what is asked, how inputs are drawn, how an answer is judged. One file per
topic.

A reader needs `check_exercise`, `hint` and `progress`; an author writes `Exercise`, `Wrong` and `Option`.
Importing this package reads no topic: a topic is loaded when its first exercise is asked for.
"""
import difflib
import html
import re
from dataclasses import dataclass, fields, replace
from importlib import import_module
from typing import Callable

from ..check import Check
from .judging import Blank, Unfit, build, judge

__all__ = ["Exercise", "Option", "Wrong", "build", "check_exercise", "exercises_of", "hint", "progress",
           "reset"]

# Chapter: the file of its exercises. A new chapter is one line here and one file beside this one.
TOPICS = {"0": "notation", "1": "scalar_by_vector", "2": "scalar_by_matrix", "3": "vector_by_vector",
          "4": "matrix_by_matrix", "5": "chain_rule", "6": "vectorization", "7": "trace_and_determinant",
          "8": "inverses", "9": "eigenvalues", "10": "norms", "11": "structured",
          "12": "pseudoinverses", "13": "decompositions",
          "14": "distributions",
          "15": "backpropagation",
          "16": "linear_models",
          "17": "convolutions",
          "18": "the_way_on"}


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: its body (like `solution`), the mistake's name, why it tempts or where it
    passes."""
    body: str
    mistake: str
    why: str = ""
    hint: int | None = None       # the hint that mends it, counted from 1; without it the next one in order


@dataclass(frozen=True)
class Option:
    """One option of a choice question: what the reader sees, whether it is true, why (not), and its test."""
    text: str
    true: bool
    why: str
    body: str | None = None       # an expression in the drawn names, compared with the solution's value
    test: Callable | None = None  # or: test(rng) -> bool, whether the statement holds
    mistake: str | None = None    # the mistake's name, where it has one


@dataclass(frozen=True)
class Exercise:
    """One exercise: everything that its page, its check, its tests and its class editions are made of."""
    number: str                   # "1.4"
    title: str
    kind: str                     # gradient | jacobian | differential | value | shape | choice | code
    prompt: str                   # Markdown, shapes stated
    hints: tuple[str, ...]        # Markdown, from a nudge to nearly the answer
    solution: str                 # body of the answer: an expression, or statements that end in `return`
    # draw(rng) -> dict of inputs by name, in the stub's order; the variable comes first
    draw: Callable | None = None
    # body of the function under study, in the same names (gradient, jacobian, differential)
    function: str | None = None
    wrong: tuple[Wrong, ...] = ()
    options: dict[str, Option] | None = None  # kind "choice": {"a": Option(...), ...}
    name: str = "answer"          # the function that the stub defines
    judge: Callable | None = None  # kind "code": judge(answer, rng) -> Check
    after: str = ""               # what to try next, said when solved
    # for the checker: {"symmetric": True}, {"sizes": {"m": 5}}, {"terms": {name: body}}
    keywords: dict | None = None


# Finding exercises

def exercises_of(chapter):
    """The exercises of a chapter, "1" or 1, in order. Raises LookupError if it has none."""
    chapter = str(chapter)
    if chapter not in TOPICS:
        raise LookupError(f"There is no chapter {chapter} with exercises; there are {', '.join(TOPICS)}.")
    name = f"{__name__}.{TOPICS[chapter]}"
    try:
        return import_module(name).EXERCISES
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise LookupError(f"Chapter {chapter} has no exercises yet.") from None


def find(number):
    """The exercise with this number. Raises LookupError with a sentence that names the nearest."""
    if not isinstance(number, str):
        raise LookupError(f'The number of an exercise is a text in quotes, such as "1.10"; this is '
                          f'{number!r}.')
    number = number.strip()
    exercises = {e.number: e for e in exercises_of(number.partition(".")[0])}
    if number not in exercises:
        nearest = (difflib.get_close_matches(number, exercises, 1, 0) or list(exercises))[0]
        raise LookupError(f"There is no exercise {number}. The nearest is {nearest}; the chapter has "
                          f"{next(iter(exercises))} to {list(exercises)[-1]}.")
    return exercises[number]


# What a session remembers

@dataclass
class Tries:
    """What was done with one exercise in this session."""
    tries: int = 0
    wrong: int = 0
    hints: int = 0
    solved: bool = False

    @property
    def state(self):
        return "solved" if self.solved else "tried" if self.tries else "not attempted"


SESSION: dict[str, Tries] = {}


def reset(number=None):
    """Forget what was done with one exercise, or with all."""
    SESSION.clear() if number is None else SESSION.pop(number, None)


# Checking

def inline(page):
    """HTML with Markdown's `code`, **bold** and $mathematics$ made visible, in its text and not in its
    tags."""
    pieces = re.split(r"(<[^>]*>)", page)
    pieces[::2] = map(_inline, pieces[::2])
    return "".join(pieces)


def _inline(text):
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\$([^$]+)\$", r'<span class="math tex2jax_process">\\(\1\\)</span>', text)


@dataclass(frozen=True, repr=False)
class Verdict(Check):
    """The Check of an exercise: which one, and whether there was an answer; `details` keeps the answer's
    traceback."""
    number: str = ""
    attempted: bool = True

    def __repr__(self):
        return super().__repr__() if self.attempted else "○ " + self.message

    def _repr_html_(self):
        if not self.attempted:
            return f'<p role="status">○ {html.escape(self.message)}</p>'
        shown = replace(self, mistake=None) if self.mistake == "unknown" else self
        return inline(super(Verdict, shown)._repr_html_())


def verdict(number, check, message, **more):
    """`check` with this message, as the Verdict on an exercise."""
    known = {f.name: getattr(check, f.name) for f in fields(Check) if f.init}
    return Verdict(**known | {"message": f"Exercise {number}: {message}"} | more, number=number)


def check_exercise(number, answer):
    """Check your answer to an exercise: a function of the inputs that the stub names, or a plain value.

    Returns a Verdict and never raises on a wrong answer. Inputs are drawn anew at each try, in the same
    order in each session. A function that is called `solution` is checked but not counted as a try of yours.

    >>> check_exercise("0.1", ...)
    ○ Exercise 0.1: not attempted yet.
    """
    try:
        exercise = find(number)
    except LookupError as error:
        return Verdict(False, None, str(error), attempted=False)
    counts = getattr(answer, "__name__", None) != "solution"
    tries = SESSION.setdefault(exercise.number, Tries()) if counts else Tries()
    try:
        check = judge(exercise, answer, tries.tries)
    except Blank:
        return Verdict(False, None, f"Exercise {exercise.number}: not attempted yet.",
                       number=exercise.number, attempted=False)
    except Unfit as unfit:
        tries.tries += 1
        check = Check(False, unfit.mistake, str(unfit), details=unfit.details)
        more = ""
        if unfit.mistake == "raises":  # products that do not fit are a matter of the mathematics too
            tries.wrong += 1
            more = pointer(exercise, check, tries)
        return verdict(exercise.number, check, check.message + more)
    tries.tries += 1
    if check:
        tries.solved = True
        return verdict(exercise.number, check, praise(exercise, check))
    tries.wrong += 1
    return verdict(exercise.number, check, check.message + pointer(exercise, check, tries))


def praise(exercise, check):
    """Right, and what to try next."""
    remark = re.sub(r"^(The \w+ is r|R)ight\b", "", check.message).strip(" .,")
    remark = remark[:1].upper() + remark[1:] + "." if remark else ""
    return " ".join(filter(None, ["right.", remark, exercise.after and f"Next: {exercise.after}"]))


def pointer(exercise, check, tries):
    """From the second wrong answer on, the hint that helps: its own, else the next one not yet read."""
    if tries.wrong < 2 or not exercise.hints:
        return ""
    own = [w.hint for w in exercise.wrong if w.mistake == check.mistake and w.why == check.message]
    step = (own or [None])[0] or min(max(tries.wrong - 1, tries.hints + 1), len(exercise.hints))
    return f' Stuck? `hint("{exercise.number}", {step})` helps.'


# Hints and progress

@dataclass(frozen=True, repr=False)
class Hint:
    """One hint: Markdown in a notebook, its text elsewhere."""
    heading: str
    text: str

    def __repr__(self):
        return f"{self.heading}: {self.text}" if self.heading else self.text

    def _repr_markdown_(self):
        return f"**{self.heading}.** {self.text}" if self.heading else self.text


def hint(number, step=None):
    """The next hint of an exercise, from a nudge to nearly the answer; or the one with the number `step`.

    >>> hint("0.1", 2)
    Hint 2 of 2: A gradient has the shape of its variable.
    """
    try:
        exercise = find(number)
    except LookupError as error:
        return Hint("", str(error))
    tries, total = SESSION.setdefault(exercise.number, Tries()), len(exercise.hints)
    if step is not None and step not in range(1, total + 1):
        return Hint("", f"Exercise {exercise.number} has the hints 1 to {total}; this is {step!r}.")
    last = step is None and tries.hints >= total
    step = step or min(tries.hints + 1, total)
    tries.hints = max(tries.hints, step)
    return Hint(f"Hint {step} of {total}" + ", the last" * last, exercise.hints[step - 1])


MARKS = {"solved": "✓", "tried": "✗", "not attempted": "○"}


@dataclass(frozen=True, repr=False)
class Progress:
    """What was solved, tried and not attempted in this session. `rows`: (number, title, state, tries)."""
    rows: tuple[tuple[str, str, str, int], ...]

    def summary(self):
        states = [state for _, _, state, _ in self.rows]
        return ", ".join(f"{states.count(state)} {state}" for state in MARKS)

    def __repr__(self):
        if not self.rows:
            return 'Nothing tried yet. progress("1") lists the exercises of chapter 1.'
        wide = max(len(title) for _, title, _, _ in self.rows)
        lines = [f"{MARKS[state]} {number:5} {title:{wide}}  {state}" + f", {tries} tries" * (tries > 1)
                 for number, title, state, tries in self.rows]
        return "\n".join([*lines, self.summary()])

    def _repr_html_(self):
        if not self.rows:
            return f"<p>{html.escape(repr(self))}</p>"
        head = "".join(f'<th scope="col">{name}</th>' for name in ("exercise", "title", "state", "tries"))
        body = "".join(f'<tr><th scope="row">{number}</th><td '
                       f'style="text-align:left">{html.escape(title)}</td>'
                       f'<td style="text-align:left">{MARKS[state]} {state}</td><td>{tries}</td></tr>'
                       for number, title, state, tries in self.rows)
        return (f"<table><caption>{self.summary()}</caption><thead><tr>{head}</tr></thead>"
                f"<tbody>{body}</tbody></table>")


def progress(chapter=None):
    """How far you are in this session: one chapter, or every chapter in which something was tried."""
    if chapter is None:
        chapters = sorted({number.partition(".")[0] for number in SESSION}, key=int)
    else:
        chapters = [chapter]
    try:
        exercises = [e for c in chapters for e in exercises_of(c)]
    except LookupError as error:
        return Hint("", str(error))
    done = {e.number: SESSION.get(e.number, Tries()) for e in exercises}
    return Progress(tuple((e.number, e.title, done[e.number].state, done[e.number].tries) for e in exercises))
