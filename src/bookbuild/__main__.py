"""`python -m bookbuild COMMAND …`: one entry for every tool of the book."""
import sys
from importlib import import_module

# command: (module, function that takes the arguments and returns the exit status, what it does)
COMMANDS = {
    "run": ("run", "main", "execute notebooks in parallel and store their outputs, unchanged where nothing changed"),
    "check": ("check", "main", "look notebooks over without running them: order, outputs, alternative text, lengths"),
    "tex": ("tex", "main", "every formula through KaTeX in strict mode"),
    "exercises": ("exercises", "main", "write the exercise cells of a chapter from their specifications"),
    "class": ("editions", "main", "student's and teacher's editions of the exercises"),
    "grade": ("grade", "main", "run the student's editions that came back, write who solved what"),
    "site": ("site", "main", "build the site into _build/html; any warning is an error"),
    "pyodide": ("pyodide", "main", "assemble Python for the reader's browser in a folder; `site` does it too"),
    "serve": ("serve", "main", "serve _build/html on localhost and print the address"),
}


def main(args):
    if not args or args[0] not in COMMANDS:
        print("usage: python -m bookbuild COMMAND [--help] …\n")
        print("\n".join(f"  {name:10} {what}" for name, (_, _, what) in COMMANDS.items()))
        return 0 if args in (["-h"], ["--help"]) else 2
    module, function, _ = COMMANDS[args[0]]
    return getattr(import_module(f"bookbuild.{module}"), function)(args[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
