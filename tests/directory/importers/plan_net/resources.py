"""Plan-Net resources for tests: a fictional plan and a psychologist in its network."""

import json

from directory import npi

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition"
VHDIR = "http://hl7.org/fhir/uv/vhdir/StructureDefinition"
CODES = "http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem"
NPI = "http://hl7.org/fhir/sid/us-npi"
PSYCHOLOGIST, PSYCHIATRIST, NEUROLOGIST = "103TC0700X", "2084P0800X", "2084N0400X"
CLINIC = "261QM0801X"


def an_npi(number):
    """A valid NPI that nobody has: none that begins with 2 was ever issued."""
    nine = str(299_000_000 + number)
    return nine + npi.check_digit(nine)


META = {"lastUpdated": "2026-10-02T13:26:22.0314215+00:00"}


def to(key, **more):
    return {"reference": key, **more}


def concept(code, system=CODES, **more):
    return {"coding": [{"system": system, "code": code, **more}]}


def nucc(code):
    return concept(code, "http://nucc.org/provider-taxonomy")


def extension(url, *parts, **value):
    return {"url": url, **({"extension": list(parts)} if parts else value)}


def new_patients(code, network=None, characteristics=None):
    parts = [extension("acceptingPatients", valueCodeableConcept=concept(code))]
    parts += [extension("fromNetwork", valueReference=to(network))] if network else []
    if characteristics:
        parts.append(extension("characteristics", valueString=characteristics))
    return extension(f"{PLAN_NET}/newpatients", *parts)


def in_network(key):
    return extension(f"{PLAN_NET}/network-reference", valueReference=to(key))


def accessible(code):
    return extension(f"{PLAN_NET}/accessibility", valueCodeableConcept=concept(code))


def delivered(kind, *modalities):
    return extension(
        f"{PLAN_NET}/delivery-method",
        extension("type", valueCodeableConcept=concept(kind)),
        *(extension("virtualModalities", valueCodeableConcept=concept(m)) for m in modalities),
    )


def licensed(state, number=None, code=None, status="active", **more):
    return {
        "code": nucc(code) if code else concept("PSY", "http://example.org/degrees"),
        "identifier": [{"value": number}] if number else [],
        "extension": [
            extension(
                f"{PLAN_NET}/practitioner-qualification",
                extension("status", valueCode=status),
                extension(
                    "whereValid", valueCodeableConcept=concept(state, "https://www.usps.com/")
                ),
            )
        ],
        **more,
    }


def phone(number, **more):
    return {"system": "phone", "value": number, **more}


def resource(kind, name, /, **more):
    return {"resourceType": kind, "id": name, "meta": META, **more}


def a_practitioner(name="tree", /, number=1, **more):
    return resource("Practitioner", name) | {
        "active": True,
        "identifier": [{"system": NPI, "value": an_npi(number)}],
        "name": [
            {"use": "official", "family": "Sample", "given": ["Tree", "B"], "suffix": ["PsyD"]}
        ],
        **more,
    }


def a_role(name="role", /, **more):
    return resource("PractitionerRole", name) | {
        "active": True,
        "practitioner": to("Practitioner/tree"),
        "specialty": [nucc(PSYCHOLOGIST)],
        "location": [to("Location/office")],
        **more,
    }


def a_location(name="office", /, **more):
    return resource("Location", name) | {
        "status": "active",
        "address": {
            "line": ["2 Work Street", "Ste 3"],
            "city": "Hartford",
            "state": "CT",
            "postalCode": "06105-1208",
        },
        **more,
    }


def a_service(name="service", /, **more):
    return resource("HealthcareService", name) | {"active": True, **more}


def an_organization(name="clinic", /, **more):
    return resource("Organization", name) | {"active": True, "name": "Sample Clinic", **more}


def a_network(name="network", /, **more):
    return an_organization(name) | {
        "name": "Sample Preferred Network",
        "type": [concept("ntwk")],
        **more,
    }


def a_plan(name="plan", /, **more):
    return resource("InsurancePlan", name) | {
        "status": "active",
        "name": "Sample Gold",
        "type": [concept("qhp")],
        "administeredBy": to("Organization/payer"),
        "network": [to("Organization/network")],
        **more,
    }


def a_payer(**more):
    return an_organization("payer") | {
        "name": "Aetna of Sample",
        "type": [concept("payer")],
        **more,
    }


def everything():
    """A whole small directory: a psychologist, where she works, and the clinic itself."""
    return [
        a_practitioner(communication=[concept("es", "urn:ietf:bcp:47")], gender="female"),
        a_role(
            extension=[in_network("Organization/network"), new_patients("newpt")],
            organization=to("Organization/clinic"),
            healthcareService=[to("HealthcareService/service")],
        ),
        a_location(telecom=[phone("860-555-0123")], extension=[accessible("adacomp")]),
        a_service(
            extension=[delivered("virtual", "video")],
            category=[concept("behav")],
            providedBy=to("Organization/clinic"),
            location=[to("Location/office")],
        ),
        an_organization(identifier=[{"system": NPI, "value": an_npi(50)}]),
        a_network(),
        a_payer(),
        a_plan(),
    ]


def as_ndjson(resources):
    return "".join(json.dumps(one) + "\n" for one in resources)


def as_bundle(resources, base="https://plan.example.org/fhir", **more):
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one.get('id')}", "resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", **more, "entry": entries}
