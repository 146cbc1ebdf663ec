"""The theme's icon font, cut down to the icons that the site shows: 2 kB instead of 156.

The pages name icons by class (fa-bars) and by CSS variable (--pst-icon-share); the theme's style sheet knows their code
points. The small font is declared under the same name after the theme's: where it lacks an icon, browsers fall
back to the whole font, which stays beside it.
"""
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONT, SMALL = "vendor/fontawesome/webfonts/fa-solid-900.ttf", "matdiff-icons.woff"
FACE = ('@font-face { font-family: "Font Awesome 6 Free"; font-style: normal; font-weight: 900; '
        f'font-display: block; src: url("{SMALL}") format("woff"); }}\n')


def used(site):
    """The code points of all icons that the built pages and their scripts name."""
    site = Path(site)
    css = (site / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    texts = [p.read_text(encoding="utf-8") for p in [*site.rglob("*.html"), *site.glob("_static/scripts/*.js")]]
    names = {name for text in texts for name in re.findall(r"\bfa-([a-z-]+)", text)}
    rules = re.findall(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}', css)
    points = {int(point, 16) for selectors, point in rules for name in names if f".fa-{name}:before" in selectors}
    return points | {ord(icon) for icon in re.findall(r'--pst-icon-[a-z-]+:"(.)"', css)}


def write(site):
    """Write the small font into the site's static folder. Returns its style rule."""
    static = Path(site, "_static")
    font = TTFont(static / FONT)
    cut = subset.Subsetter(subset.Options(drop_tables=["GSUB", "GPOS", "GDEF"], notdef_outline=True))
    cut.populate(unicodes=used(site))
    cut.subset(font)
    font.flavor = "woff"
    font.save(static / SMALL)
    return FACE
