"""Does a specification hold what it promises? `problems` finds what an author has to mend before readers
see it."""
import re

import numpy as np

from ..diagnose import MISTAKES
from . import TOPICS, exercises_of
from .judging import CHECKS, Blank, Unfit, alike, arguments, build, inputs, judge, signature_in_prompt

KINDS = (*CHECKS, "value", "shape", "choice", "code")
ATTEMPTS = (0, 1)
NAMES = {mistake.name for mistake in MISTAKES}
SHAPES = re.compile(r"\\mathbb\s*R\s*\^|\\times|×|[Ss]hape|\(\d+,\s*\d*\)|\bnumber\b|\\in\\mathbb\s*R\b")


def problems(exercise):
    """Sentences on what is wrong with one exercise; none if its solution passes, every typical wrong answer
    is refused and called by its right name, options and hints are complete."""
    broken = syntax(exercise)
    if broken:
        return broken
    return form(exercise) + (choice(exercise) if exercise.kind == "choice" else answers(exercise))


def syntax(exercise):
    """What keeps the exercise from being run at all."""
    if exercise.kind not in KINDS:
        return [f"kind {exercise.kind!r} is none of {', '.join(KINDS)}"]
    if exercise.kind in CHECKS and not (exercise.draw and exercise.function):
        return ["a derivative needs `draw` and `function`"]
    found = []
    for what, body in [("the solution", exercise.solution), ("the function", exercise.function or "0"),
                       *((f"wrong {n}", w.body) for n, w in enumerate(exercise.wrong, 1))]:
        try:
            build(exercise, body)
        except SyntaxError as error:
            found.append(f"{what} is no Python: {error}")
    options, judged = exercise.kind == "choice", exercise.kind == "code"
    if options != bool(exercise.options) or judged != bool(exercise.judge):
        found.append(f"kind {exercise.kind} with{'' if exercise.options else 'out'} options, "
                     f"with{'' if exercise.judge else 'out'} a judge: choice has options, code has a judge")
    return found


def form(exercise):
    """What can be seen without running anything."""
    stated, drawn = signature_in_prompt(exercise), arguments(exercise)
    checks = {
        "the prompt states no shape": exercise.kind in ("choice", "code") or SHAPES.search(exercise.prompt),
        f"the prompt states the arguments {stated}, drawn are {drawn}": stated is None or stated == drawn,
        "code without `draw` states its arguments in the prompt": exercise.kind != "code" or stated or drawn,
        f"{len(exercise.hints)} hints; at least 2 are wanted": len(exercise.hints) >= 2,
        "nothing is said in `after`": exercise.after.strip(),
    }
    found = [sentence for sentence, right in checks.items() if not right]
    count = sum(not o.true for o in exercise.options.values()) if exercise.options else len(exercise.wrong)
    if count < 3:
        found.append(f"{count} typical wrong answers; at least 3 are wanted")
    for n, wrong in enumerate(exercise.wrong, 1):
        if wrong.mistake not in NAMES:
            found.append(f"wrong {n}: {wrong.mistake!r} is no name of matdiff.diagnose.MISTAKES")
        if not wrong.why.strip():
            found.append(f"wrong {n} ({wrong.mistake}): it does not say why")
        if wrong.hint is not None and wrong.hint not in range(1, len(exercise.hints) + 1):
            found.append(f"wrong {n} ({wrong.mistake}): there is no hint {wrong.hint}")
    return found


def verdict(exercise, answer, attempt):
    """(passed, mistake, what was said) of an answer that may also be unfit."""
    try:
        check = judge(exercise, answer, attempt)
    except Blank:
        return False, None, "not attempted"
    except Unfit as unfit:
        return False, None, str(unfit)
    return check.passed, check.mistake, check.message


def answers(exercise):
    """Solution, untouched stub and wrong answers, each judged as a reader's."""
    found = []
    solution = build(exercise, exercise.solution)
    for attempt in ATTEMPTS:
        passed, _, said = verdict(exercise, solution, attempt)
        if not passed:
            found.append(f"the solution does not pass its own check (attempt {attempt}): {said}")
    if verdict(exercise, build(exercise, "..."), 0)[2] != "not attempted":
        found.append("the untouched stub is not recognised")
    for n, wrong in enumerate(exercise.wrong, 1):
        found += [f"wrong {n} ({wrong.mistake}), `{short(wrong.body)}`: {sentence}"
                  for sentence in reject(exercise, wrong)]
    return found


def reject(exercise, wrong):
    """Why this wrong answer is not rejected as it should be; the first reason only.

    A typical wrong answer is named only after the judge has refused it, so that this asks the checker too.
    """
    answer = build(exercise, wrong.body)
    for attempt in ATTEMPTS:
        passed, mistake, said = verdict(exercise, answer, attempt)
        if passed:
            return [f"it passes (attempt {attempt})"]
        if mistake != wrong.mistake:
            return [f"it is named {mistake!r} (attempt {attempt}): {said}"]
    return []


def choice(exercise):
    """Exactly one option is true, and what each says is what its test finds."""
    found = []
    true = [letter for letter, option in exercise.options.items() if option.true]
    if len(true) != 1:
        found.append(f"{len(true)} options are true; exactly one has to be")
    bodies = any(option.body for option in exercise.options.values())
    if exercise.solution.strip().strip("\"'") not in true and not bodies:
        found.append(f"the solution {exercise.solution} is not the letter of the true option, {true}")
    for letter, option in exercise.options.items():
        if not option.why.strip():
            found.append(f"option {letter} does not say why")
        if (option.body is None) == (option.test is None):
            found.append(f"option {letter} needs either a body or a test")
            continue
        if option.mistake is not None and option.mistake not in NAMES:
            found.append(f"option {letter}: {option.mistake!r} is no name of matdiff.diagnose.MISTAKES")
        held = [holds(exercise, option, seed) for seed in range(5)]
        if option.true and not all(held) or not option.true and all(held):
            found.append(f"option {letter} is marked {option.true}, its test says {held}")
    return found


def holds(exercise, option, seed):
    """Is this option right at one draw?"""
    if option.test is not None:
        return bool(option.test(np.random.default_rng(seed)))
    data = inputs(exercise, seed)
    return alike(build(exercise, option.body)(**data), build(exercise, exercise.solution)(**data))


def numbering(chapter):
    """Sentences on the numbers of a chapter's exercises: from 1 on, each once, in order."""
    numbers = [e.number for e in exercises_of(chapter)]
    wanted = [f"{chapter}.{n}" for n in range(1, len(numbers) + 1)]
    return [f"exercise {got} stands where {want} is expected"
            for got, want in zip(numbers, wanted) if got != want]


def topics():
    """The chapters whose exercises exist."""
    def exists(chapter):
        try:
            return bool(exercises_of(chapter))
        except LookupError:
            return False
    return [chapter for chapter in TOPICS if exists(chapter)]


def short(body):
    text = "; ".join(body.strip().splitlines())
    return text if len(text) <= 70 else text[:67] + "…"
