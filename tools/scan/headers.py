"""Mozilla's HTTP Observatory: the headers, cookies and redirections of some addresses, graded."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tools.scan.findings import Finding
from tools.scan.site import Site

SCRIPT = Path(__file__).with_name("observatory.mjs")
ADDRESSES = (
    *(("anonymous", "/sign-in"), ("anonymous", "/about"), ("learner", "/"), ("learner", "/problems/new")),
    *(
        ("learner", "/boards/1"),
        ("tutor", "/cohorts/1"),
        ("manager", "/programmes"),
        ("élu", "/observations"),
    ),
    *(("partner", "/projects/1"), ("guest", "/projects/1"), ("admin", "/audit"), ("admin", "/account")),
)


def check_headers(site: Site, node_modules: Path) -> Iterator[Finding]:
    """What it finds wrong at each address; prints the grades."""
    asked = [{"path": path, "cookie": site.cookie_of(role)} for role, path in ADDRESSES]
    ports = [str(urlsplit(url).port) for url in (site.plain_url, site.url)]
    package = node_modules / "@mdn" / "mdn-http-observatory"
    done = subprocess.run(
        [sys.executable, "tools/node.py", "node", str(SCRIPT), str(package), "localhost", *ports],
        input=json.dumps(asked),
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(site.authority)},
    )
    for (role, path), page in zip(ADDRESSES, json.loads(done.stdout), strict=True):
        print(f"   {path} as {role}: {page['status']}, grade {page['grade']}, {page['score']} points")
        for test in page["tests"]:
            if not test["pass"] or test["modifier"] < 0 or test["result"].endswith("not-implemented"):
                yield Finding("observatory", test["name"], test["result"], [f"{path} as {role}"])
