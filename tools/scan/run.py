"""Public scanners and checkers against a running instance: `make scan`.

Starts the deployment in production mode behind TLS with demonstration content, signs in as every role, and
runs a web vulnerability scanner (Wapiti), two HTML validators (the Nu checker, html-validate) and a header
checker (Mozilla's HTTP Observatory). Ends with 1 when they find what explained.toml does not explain.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.scale import Missing  # noqa: E402
from tools.scan.attacks import INJECTING, attack, attack_door  # noqa: E402
from tools.scan.findings import Explanation, Finding, explanations, sort_out  # noqa: E402
from tools.scan.headers import check_headers  # noqa: E402
from tools.scan.markup import check_pages, check_styles  # noqa: E402
from tools.scan.site import ROLES, Site, running_site  # noqa: E402
from tools.scan.walk import keep, walk  # noqa: E402

BUILT = ROOT / "build" / "scan"
NODE_MODULES = BUILT / "node_modules"
CHECKS = ("headers", "pages", "door", "attacks")
LANGUAGES = ("fr", "en")


def options() -> argparse.Namespace:
    """The command line: everything by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument(
        "--roles", nargs="+", choices=ROLES, default=ROLES, metavar="ROLE", help=", ".join(ROLES)
    )
    parser.add_argument("--modules", nargs="+", choices=INJECTING, default=INJECTING, metavar="MODULE")
    parser.add_argument("--crawl", type=int, default=60, help="seconds that Wapiti looks around as each role")
    parser.add_argument("--each", type=int, default=60, help="seconds of each kind of attack, as each role")
    return parser.parse_args()


def read_pages(site: Site, roles: list[str]) -> Iterator[Finding]:
    """Every page of every role in both languages, validated."""
    folder = BUILT / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    files = {}
    for role in roles:
        for language in LANGUAGES:
            browser = site.browser(role)
            about = browser.get("/about")
            browser.send(about, about.form_to("/language"), locale=language)
            files |= keep(walk(browser), folder / f"{role}-{language}")
    print(
        f"   {len(files)} pages of {len(set(files.values()))} kinds, as {len(roles)} roles, in both languages"
    )
    yield from check_pages(files, NODE_MODULES)
    yield from check_styles(sorted((ROOT / "static" / "dist").glob("*.css")), NODE_MODULES)


def scan(site: Site, given: argparse.Namespace) -> Iterator[Finding]:
    """All that is asked for, one check after the other."""
    for check in given.checks or CHECKS:
        print(f"→ {check}", flush=True)
        if check == "headers":
            yield from check_headers(site, NODE_MODULES)
        elif check == "pages":
            yield from read_pages(site, given.roles)
        elif check == "door":
            yield from attack_door(site, BUILT, crawl=given.crawl, each=given.each)
        else:
            for role in given.roles:
                yield from attack(
                    site, role, BUILT, crawl=given.crawl, each=given.each, modules=tuple(given.modules)
                )


def report(findings: Iterator[Finding], known: list[Explanation]) -> int:
    """Print what was found, the explained in brief; 1 when something is not explained."""
    new, explained = sort_out(findings, known)
    print(f"→ {len(explained)} findings are explained:")
    for finding in explained:
        print(f"   {finding.scanner} · {finding.rule} · {finding.text[:90]} ({len(finding.places)})")
    print(f"→ {len(new)} findings are not explained")
    for finding in new:
        print(f"   {finding.scanner} · {finding.rule} · {finding.text}")
        print("".join(f"      {place}\n" for place in finding.places[:8]), end="")
        if len(finding.places) > 8:
            print(f"      and {len(finding.places) - 8} more")
    return 1 if new else 0


def main() -> int:
    """See the module."""
    given = options()
    known = explanations()
    try:
        with running_site() as site:
            code = report(scan(site, given), known)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    is_whole = not given.checks and given.roles is ROLES and given.modules is INJECTING
    for explanation in known if is_whole else []:
        if not explanation.is_used:
            print(f"→ not needed any more: {explanation.scanner} · {explanation.rule} · {explanation.reason}")
    return code


if __name__ == "__main__":
    sys.exit(main())
