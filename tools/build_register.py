"""Build `build/authorities.json`, the register of authorities, from the official one.

The source is the npm package @etalab/decoupage-administratif (INSEE's geographical code, DGCL's list of
intercommunalities). It lists territories; we list authorities, so what the law has merged is one entry
here: see MERGED, EXCLUDED and UNIQUE.

Shape: {"version", "departments": {code: name}, "rows": [[code, nature, name, siren, department code,
region name, population, time zone, search key], …]}, sorted by code: the same source gives the same bytes.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from models.authority import NATURES
from models.search_text import fold, fold_letters, without_apostrophes

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "node_modules" / "@etalab" / "decoupage-administratif"
TARGET = ROOT / "build" / "authorities.json"
MINIMUM_COMMUNES = 34_000

Row = dict[str, Any]

# Places without an authority of their own: districts of the southern lands, Clipperton (property of the
# State), and the communes of Saint-Barthélemy and Saint-Martin, which became collectivités in 2007.
EXCLUDED_DEPARTMENT_COMMUNES = {"977", "978", "984", "989"}
EXCLUDED_TERRITORIES = {"989"}

# Départements whose powers another authority holds: its code, so that their number and name find it.
MERGED_DEPARTMENTS = {
    "75": "commune-75056",  # Ville de Paris, 2019
    "2A": "region-94",  # Collectivité de Corse, 2018
    "2B": "region-94",
    "67": "departement-6AE",  # Collectivité européenne d’Alsace, 2021
    "68": "departement-6AE",
    "972": "region-02",  # Collectivité territoriale de Martinique, 2015
    "973": "region-03",  # Collectivité territoriale de Guyane, 2015
}
MERGED_REGIONS = {"06": "departement-976"}  # Mayotte is one authority
UNIQUE_REGIONS = {"02", "03", "94"}
ALSACE = ("6AE", "Collectivité européenne d’Alsace", "44")  # INSEE's code; the register has no entry yet
LYON_METROPOLE = "200046977"  # holds the département's powers on its territory: not counted in the Rhône
NATURE_BY_TERRITORY = {"988": "particuliere", "984": "territoire", "976": "departement-region"}

TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Reunion",  # administered from Saint-Pierre de La Réunion
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
COMMUNE_TIME_ZONES = {
    "98719": "Pacific/Gambier",
    **dict.fromkeys(("98718", "98723", "98731", "98746", "98756", "98757"), "Pacific/Marquesas"),
}

EPCI_NATURES = {"CC": "cc", "CA": "ca", "CU": "cu", "METRO": "metropole", "MET69": "metropole", "EPT": "ept"}
_EPCI_PREFIX = re.compile(r"^(CC|CA|CU|Métropole|Communauté (?:de communes|d’agglomération|urbaine))\b\s*")
_LINK = re.compile(r"^(?:(?:de la|de l’|de|du|des|d’|la|le|les|l’)(?:\s+|(?<=’)))", re.IGNORECASE)


class Register:
    """The source's tables, and the entries made from them."""

    def __init__(self, package: Path) -> None:
        self.version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        self.communes = [
            commune
            for commune in _read(package, "communes")
            if commune["type"] in ("commune-actuelle", "arrondissement-municipal")
        ]
        self.departments = {row["code"]: row for row in _read(package, "departements")}
        self.regions = {row["code"]: row for row in _read(package, "regions")}
        self.intercommunalities = _read(package, "epci") + _read(package, "ept")
        self.by_insee = {commune["code"]: commune for commune in self.communes}
        self.population: Counter[str] = Counter()
        self._count_populations()

    def _count_populations(self) -> None:
        """Of départements and regions, keyed 'd:45' and 'r:24'; arrondissements are part of their city."""
        in_lyon = {
            m["code"]
            for row in self.intercommunalities
            if row["code"] == LYON_METROPOLE
            for m in row["membres"]
        }
        for commune in self.communes:
            if commune["type"] == "arrondissement-municipal":
                continue
            people = commune.get("population") or 0
            self.population[f"r:{commune['region']}"] += people
            if commune["code"] not in in_lyon:
                department = "6AE" if commune["departement"] in ("67", "68") else commune["departement"]
                self.population[f"d:{department}"] += people

    def rows(self) -> list[Row]:
        """Every authority, sorted by code."""
        rows = [
            self.commune(source)
            for source in self.communes
            if source["departement"] not in EXCLUDED_DEPARTMENT_COMMUNES
        ]
        rows += [self.intercommunality(source) for source in self.intercommunalities]
        rows += [
            self.department(code, source["nom"], source["region"])
            for code, source in self.departments.items()
            if source["zone"] != "com" and code not in MERGED_DEPARTMENTS
        ]
        rows.append(self.department(*ALSACE, aliases=["Alsace"]))
        rows += [
            self.territory(source)
            for code, source in self.departments.items()
            if source["zone"] == "com" and code not in EXCLUDED_TERRITORIES
        ]
        rows += [
            self.region(source)
            for code, source in self.regions.items()
            if source["zone"] != "com" and code not in MERGED_REGIONS
        ]
        return sorted(rows, key=lambda row: row["code"])

    def commune(self, source: Row) -> Row:
        """A commune, or a municipal arrondissement of Paris, Lyon or Marseille."""
        nature = "commune"
        if source["type"] == "arrondissement-municipal":
            nature = "arrondissement"
        elif source["departement"] == "986":
            nature = "circonscription"
        elif source["code"] == "75056":
            nature = "ville-departement"
        name = source["nom"].replace(" Arrondissement", " arrondissement")
        aliases = [name.removesuffix(" arrondissement")] if nature == "arrondissement" else []
        return self._row(
            f"commune-{source['code']}",
            nature,
            name,
            siren=source.get("siren"),
            department=source["departement"],
            region=source["region"],
            population=source.get("population"),
            aliases=aliases,
            codes=_commune_codes(source),
        )

    def intercommunality(self, source: Row) -> Row:
        """An EPCI or an EPT, placed in the département where most of its people live."""
        people: Counter[str] = Counter()
        for member in source["membres"]:
            people[member["code"]] += member["populationMunicipale"] or 0
        by_department: Counter[str] = Counter()
        for code, count in people.items():
            by_department[self.by_insee[code]["departement"]] += count
        department = by_department.most_common(1)[0][0]
        largest = people.most_common(1)[0][0]
        nature = EPCI_NATURES[source["type"]]
        name = _typographic(source["nom"])
        label = NATURES[nature].label
        bare = _LINK.sub("", _EPCI_PREFIX.sub("", name))
        prefixed = _EPCI_PREFIX.match(name)
        aliases = [bare, f"{label} {bare}", _EPCI_PREFIX.sub(f"{label} ", name)] if prefixed else []
        return self._row(
            f"epci-{source['code']}",
            nature,
            name,
            siren=source["code"],
            department=department,
            region=self.departments[department]["region"],
            population=source["populationMunicipale"],
            aliases=aliases,
            zone_of=largest,
        )

    def department(self, code: str, name: str, region: str, aliases: list[str] | None = None) -> Row:
        """A département."""
        target = f"departement-{code}"
        return self._row(
            target,
            NATURE_BY_TERRITORY.get(code, "departement"),
            name,
            department=code,
            region=region,
            population=self.population[f"d:{code}"],
            aliases=aliases,
            codes=[code],
        )

    def territory(self, source: Row) -> Row:
        """An overseas collectivité that is neither a département nor a region."""
        code = source["code"]
        former: list[str] = []
        if code in EXCLUDED_DEPARTMENT_COMMUNES:
            former = [c for row in self.communes if row["departement"] == code for c in _commune_codes(row)]
        return self._row(
            f"collectivite-{code}",
            NATURE_BY_TERRITORY.get(code, "outre-mer"),
            source["nom"],
            department=code,
            region=code,
            population=self.population[f"d:{code}"],
            codes=[code, *former],
        )

    def region(self, source: Row) -> Row:
        """A region, or the single authority that stands for a region and its départements."""
        code = source["code"]
        merged = [number for number, target in MERGED_DEPARTMENTS.items() if target == f"region-{code}"]
        return self._row(
            f"region-{code}",
            "unique" if code in UNIQUE_REGIONS else "region",
            source["nom"],
            department=merged[0] if len(merged) == 1 else "",
            region=code,
            population=self.population[f"r:{code}"],
            zone_of=source["chefLieu"],
        )

    def _row(
        self,
        code: str,
        nature: str,
        name: str,
        *,
        department: str,
        region: str,
        population: int | None,
        siren: str | None = None,
        aliases: list[str] | None = None,
        codes: list[str] | None = None,
        zone_of: str = "",
    ) -> Row:
        name = _typographic(name)
        aliases, codes = list(aliases or []), list(codes or [])
        for number, target in MERGED_DEPARTMENTS.items():
            if target == code:
                aliases.append(self.departments[number]["nom"])
                codes.append(number)
        place = self.by_insee[zone_of]["departement"] if zone_of else department
        zone = COMMUNE_TIME_ZONES.get(zone_of or code.removeprefix("commune-"))
        context = self.departments[department]["nom"] if department in self.departments else ""
        return {
            "code": code,
            "nature": nature,
            "name": name,
            "siren": siren,
            "department": department,
            "region": self.regions[region]["nom"],
            "population": population or 0,
            "time_zone": zone or TIME_ZONES.get(place, "Europe/Paris"),
            "search_key": search_key(name, aliases, [*codes, *([siren] if siren else [])], context),
        }


def search_key(name: str, aliases: list[str], codes: list[str], context: str) -> str:
    """See `models.authority.Authority`: the proper name, the other ways to type it, the codes, the place."""
    names = [name, _LINK.sub("", name), without_apostrophes(name)]
    names += [form for alias in aliases for form in (alias, without_apostrophes(alias))]
    forms = dict.fromkeys([*(fold(form) for form in names), *(fold_letters(code) for code in codes)])
    return "\t" + "\t".join(form for form in forms if form) + "\t\v" + fold(context)


def _commune_codes(source: Row) -> list[str]:
    return [source["code"], *source.get("codesPostaux", []), *source.get("anciensCodes", [])]


def _typographic(name: str) -> str:
    return name.replace("'", "’")


def _read(package: Path, name: str) -> list[Row]:
    rows: list[Row] = json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def build(package: Path, target: Path) -> int:
    """Write the register; gives the number of entries.

    Raises: SystemExit when the source looks wrong.
    """
    register = Register(package)
    rows = register.rows()
    codes = Counter(row["code"] for row in rows)
    doubled = [code for code, count in codes.items() if count > 1]
    missing = set(MERGED_DEPARTMENTS.values()) - codes.keys()
    if doubled or missing or len(register.communes) < MINIMUM_COMMUNES:
        sys.exit(f"The register looks wrong: {len(register.communes)} communes, {doubled=}, {missing=}.")
    names = {code: _typographic(row["nom"]) for code, row in sorted(register.departments.items())}
    content = {
        "version": register.version,
        "departments": names,
        "rows": [list(row.values()) for row in rows],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".tmp")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    unfinished.replace(target)
    return len(rows)


if __name__ == "__main__":
    if not PACKAGE.is_dir():
        sys.exit("The official register is not installed: run 'make setup'.")
    print(f"  {build(PACKAGE, TARGET)} authorities")
