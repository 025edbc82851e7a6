"""Fills a running box with synthetic records through its own services, and delivers them."""

import json
from collections.abc import Iterator
from typing import Any

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Token
from artbox.box.services.clock import utc_now
from artbox.box.services.delivery import Delivery
from artbox.box.services.intake import Intake
from artbox.box.services.tokens import Tokens
from artbox.catalogue import Catalogue
from artbox.catalogue.synthetic import documents, faulty

PRODUCT = "Demo"


class Demo:
    """For a first look at a box that holds no real records."""

    def __init__(
        self, handle: StoreHandle, catalogue: Catalogue, tokens: Tokens, intake: Intake, delivery: Delivery
    ) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._tokens = tokens
        self._intake = intake
        self._delivery = delivery

    def run(self, *, patients: int = 12, seed: int = 1) -> dict[str, Any]:
        """Return {"imports": [ids], "patients", "cycles", "delivered": [package names]}.

        Raise what intake and delivery raise.
        """
        centre_no = self._handle.store.box().centre_no
        token = self._token()
        made = [*self._sound(centre_no, patients, seed), *self._objectionable(centre_no, seed)]
        found = [self._intake.receive(json.dumps(document).encode("utf-8"), token=token) for document in made]
        delivered = self._delivery.deliver()
        return {
            "imports": [report["id"] for report in found],
            "patients": sum(report["summary"]["patients"] for report in found),
            "cycles": sum(report["summary"]["cycles"] for report in found),
            "delivered": [package.name for package in delivered],
        }

    def _sound(self, centre_no: int, patients: int, seed: int) -> Iterator[dict[str, object]]:
        return documents(self._catalogue.current, centre_no=centre_no, patients=patients, seed=seed)

    def _objectionable(self, centre_no: int, seed: int) -> Iterator[dict[str, object]]:
        """One document with a patient for each weight a finding can have, so that reports show them all."""
        release = self._catalogue.current
        patients: dict[tuple[str, bool], object] = {}
        for broken in faulty(release, centre_no=centre_no, seed=seed):
            document: dict[str, Any] = dict(broken.document)
            if release.check_header(document, centre_no=centre_no) or len(document["patients"]) != 1:
                continue
            patient = {**document["patients"][0], "patient_ref": f"Beispiel-{broken.rule}"}
            for finding in release.check(patient, 0, centre_no=centre_no, today=utc_now().date()):
                weight = (finding.severity.value, finding.rejects)
                patients.setdefault(weight, patient)
        yield {**document, "patients": list(patients.values())}

    def _token(self) -> Token:
        """Return the token of the demo; the one an earlier run made serves again."""
        for token in self._tokens.all():
            if token.product == PRODUCT and token.revoked_at is None:
                return token
        created = self._tokens.verify(self._tokens.create(PRODUCT, actor="demo"))
        if created is None:
            raise RuntimeError("a token just created is not known")
        return created
