"""What one Plan-Net resource says of a provider, in our words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from directory import tidy
from directory.importers.plan_net.fhir import Json, coded, codes, extensions, listed, said, values
from directory.names import named
from directory.names import values as ids

# Plan-Net's AcceptingPatientsCS, and the yes and no of its drafts.
_ACCEPTING = {
    "newpt": True,
    "yes": True,
    "nopt": False,
    "no": False,
    "existptonly": False,
    "existptfam": False,
}

# Plan-Net's AccessibilityCS. What is no physical or practical access is left out: cultural
# competence is everybody's claim, and an answering service is no way in.
_ACCESS = {
    "adacomp": "wheelchair",
    "handiaccess": "wheelchair",
    "mobility": "wheelchair",
    "wheelchair": "wheelchair",
    "pubtrans": "public_transport",
    "cognitive": "cognitive",
    "hearing": "hearing",
    "vision": "vision",
}

# Our languages by their codes in BCP 47, where the name may be missing.
_LANGUAGES = {
    "en": "english",
    "es": "spanish",
    "zh": "mandarin",
    "cmn": "mandarin",
    "yue": "cantonese",
    "zh-yue": "cantonese",
    "zh-hk": "cantonese",
    "vi": "vietnamese",
    "tl": "tagalog",
    "fil": "tagalog",
    "ko": "korean",
    "ar": "arabic",
    "ru": "russian",
    "fr": "french",
    "ht": "haitian_creole",
    "pt": "portuguese",
    "hi": "hindi",
    "ase": "asl",
    "sgn-us": "asl",
}

# On the scale of the Interagency Language Roundtable, 0 to 50: below "limited working" nobody can
# talk about how they are.
_LEAST_PROFICIENCY = 20


def accepting(resource: Json) -> list[bool]:
    """Every yes and no to "new patients?"; there may be one for each network."""
    found = list[bool]()
    for one in extensions(resource, "newpatients"):
        for part in extensions(one, "acceptingpatients"):
            for value in values(part):
                if isinstance(value, bool):
                    found.append(value)
            known = (_ACCEPTING.get(code.lower()) for code in _codes_of(part))
            found += [answer for answer in known if answer is not None]
    return found


def _codes_of(extension: Json) -> Iterator[str]:
    for value in values(extension):
        if isinstance(value, str):
            yield value.strip()
        yield from (code for _, code in codes(value))


def access(resource: Json) -> list[str]:
    """Ids of access that the resource says it has."""
    found = (_ACCESS.get(code.lower()) for code in coded(resource, "accessibility"))
    return [one for one in found if one]


@dataclass(frozen=True)
class Delivery:
    """How people are seen; None is not known."""

    in_person: bool | None = None
    online: bool | None = None


def delivery(services: Iterable[Json]) -> Delivery:
    """How services are delivered. That one is virtual does not say that nothing is in person."""
    found = set[str]()
    for service in services:
        for one in extensions(service, "deliverymethod"):
            found |= {code.lower() for code in coded(one, "type")}
            found |= {"virtual" for _ in coded(one, "virtualmodalities")}
    return Delivery("physical" in found or None, "virtual" in found or None)


def languages(resource: Json) -> list[str]:
    """Ids of the languages that a Practitioner or HealthcareService can be talked to in."""
    spoken = listed(resource.get("communication"))
    found = list[str]()
    for one in spoken:
        for_all = resource if len(spoken) == 1 else {}
        if _fluent(one) and _fluent(for_all):
            found += _language(one)
    return list(dict.fromkeys(found))


def _language(concept: Json) -> list[str]:
    for _, code in codes(concept):
        code = code.lower().replace("_", "-")
        value = _LANGUAGES.get(code) or _LANGUAGES.get(code.split("-")[0])
        if value in ids("language"):
            return [value]
    return list(named("language", said(concept)))


def _fluent(holder: Json) -> bool:
    """Whether it is not said that someone can hardly speak the language."""
    for code in coded(holder, "communicationproficiency"):
        if code.isascii() and code.isdigit() and len(code) <= 2:
            level = int(code) if len(code) == 2 else 10 * int(code)
            return level >= _LEAST_PROFICIENCY
    return True


def contacts(resource: Json, system: str) -> list[str]:
    """Phone numbers or web addresses, the preferred ones first; nobody's home or old number."""
    found = []
    for at, one in enumerate(listed(resource.get("telecom"))):
        if one.get("system") == system and one.get("use") not in ("home", "old"):
            rank = one.get("rank")
            order = rank if isinstance(rank, int) else 1000
            found.append((order, at, tidy.words(one.get("value"))))
    return [value for _, _, value in sorted(found) if value]


def intermediaries(resource: Json) -> list[str]:
    """References to whom to contact instead (via-intermediary)."""
    links = (
        value
        for one in listed(resource.get("telecom"))
        for extension in extensions(one, "viaintermediary", "cviaintermediary")
        for value in values(extension)
    )
    return [link["reference"] for link in links if isinstance(link, dict) and "reference" in link]


def website(resource: Json) -> str | None:
    """Its web page, if the address is one that a browser opens."""
    for address in contacts(resource, "url"):
        if address.lower().startswith(("https://", "http://")) and len(address) <= 200:
            return address
    return None


def behavioral(service: Json) -> bool:
    """Whether the source files a HealthcareService under behavioral health."""
    return any(code.lower() == "behav" for _, code in codes(service.get("category")))
