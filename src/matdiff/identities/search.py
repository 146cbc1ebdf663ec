"""What an entry is found by: words, which the page compares in the same way (assets/identities.js)."""
import re
from functools import lru_cache

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ",
         "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
         "omega": "ω",
         "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω"}
# words that narrow nothing down
EMPTY = {"of", "the", "a", "an", "derivative", "gradient", "cookbook", "matrix", "claim"}


def plain(text):
    """Text as words: TeX's marks and brackets are gaps, Greek letters are spelt, everything is small."""
    for name, letter in GREEK.items():
        text = text.replace(letter, f" {name} ")
    text = re.sub(r"\\(?:mathbf|mathrm|operatorname|boldsymbol|left|right|top|frac|tfrac)\*?", " ", text)
    return re.sub(r"[\W_]+", " ", text).lower().split()


@lru_cache(maxsize=None)
def words(entry):
    """The words of an entry, each once, those of its name first; words with a hyphen also in one."""
    joined = [w.replace("-", "") for w in re.findall(r"\w+(?:-\w+)+", f"{entry.name} {entry.also}")]
    parts = (entry.name, entry.also, entry.topic, entry.refs, entry.of[0], entry.result[0], entry.of[1])
    numbers = [r[2:] for r in entry.refs.split() if r.startswith("CB")]
    every = [*(w for part in parts for w in plain(part)), *map(str.lower, joined), *numbers]
    return tuple(dict.fromkeys(every))


def asked(text):
    """The words of a question that narrow something down; all of them, if none does."""
    every = plain(text)
    return [w for w in every if w not in EMPTY] or every


def fits(question, have):
    """Does every word of the question begin one of these words?  Numbers and single letters: be one."""
    return all(any(w == h if len(w) == 1 or w.isdigit() else h.startswith(w) for h in have) for w in question)
