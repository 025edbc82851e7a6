"""A record's whole way: door, check, store, consent, envelope, server, receipt."""

import json
from pathlib import Path

from artbox.box.domain.deliveries import Kind, PackageState
from artbox.catalogue.synthetic import documents
from artbox.wire.reading import verify_package
from tests.box.real_parts import Box, opened


def test_a_synthetic_patient_travels_to_the_register(box: Box, recipients: Path, tmp_path: Path) -> None:
    application = box.application
    document = next(documents(application.catalogue.current, centre_no=box.centre_no, patients=3, seed=7))
    report = application.intake.receive(json.dumps(document).encode(), token=box.token())
    assert report["complete"], report
    delivered = application.delivery.deliver()
    assert {package.register for package in delivered} == {"DIR"}
    for package in delivered:
        row = application.delivery.package(package.package_id)
        assert row.state is PackageState.RECEIPTED
        verified = verify_package(application.delivery.package_file(row.id), box.settings.ca_certificate)
        assert verified.opened.sha256 == row.sha256
        records = opened(application.delivery.package_file(row.id), recipients, tmp_path)
        assert len(records) == row.count
        assert all(("pseudonym" in record) == (row.kind is Kind.PSEUDONYMISED) for record in records)
        assert application.delivery.receipt(row.id) is not None
    assert application.delivery.deliver() == []
    assert application.delivery.waiting()["DIR"] == 0
    assert application.audit.verify() is None


def test_the_demo_fills_the_box(box: Box) -> None:
    result = box.application.demo.run(patients=6)
    assert result["patients"] > 6
    reports = [box.application.intake.report(import_id) for import_id in result["imports"]]
    severities = {
        finding["severity"]
        for report in reports
        if report
        for entry in report["results"]
        for finding in entry["findings"]
    }
    assert {"hart", "weich"} <= severities
    assert sum(report["summary"]["rejected"] for report in reports if report) > 0
    assert result["delivered"]
