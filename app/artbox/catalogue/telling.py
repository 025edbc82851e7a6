"""Tells one synthetic patient: a chain of stories laid out in time, filled, checked, and repaired."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random

from artbox.catalogue.drawing import drawn, typical
from artbox.catalogue.errors import CatalogueError
from artbox.catalogue.json_schema import is_delivered
from artbox.catalogue.model import Draw, Field, Finding, Level, Story
from artbox.catalogue.records import CHILD_COUNT, CHILD_NUMBER, START_FIELD
from artbox.catalogue.release import Release

Json = dict[str, object]

MOST_CYCLES = 4
SHARE_FOLLOWED = 0.6
GAP_DAYS = (14, 60)
ATTEMPTS = 30
REPAIRS = 8
SHARE_LEFT_OUT = 0.08
SHARE_UNKNOWN = 0.05


class Teller:
    """Makes patients of one centre; the n-th patient depends on the seed and n alone."""

    def __init__(self, release: Release, centre_no: int, until: date, seed: int) -> None:
        self.release = release
        self.centre_no = centre_no
        self.until = until
        self.seed = seed
        self.stories = release.definition.stories

    def patient(self, number: int) -> Json:
        """Tell the patient with this number; raises CatalogueError when no sound one comes about."""
        random = Random(f"{self.seed}:{self.centre_no}:{number}")  # noqa: S311 - invented data, no secret
        found: list[Finding] = []
        chain = self._chain(random)
        for _ in range(ATTEMPTS):
            patient = self._attempt(chain, random)
            found = self._repaired(*patient)
            if not found:
                return patient[0]
        raise CatalogueError(
            f"{self.release.version}/stories.yml",
            "stories",
            f"cannot be told soundly: {', '.join(sorted({item.rule for item in found}))}",
            "Bring the draws into line with the rules",
        )

    def _attempt(self, chain: list[Story], random: Random) -> tuple[Json, list[set[str]]]:
        """Make a patient, and for each cycle the fields that were only filled up and may go again."""
        starts = self._starts(chain, random)
        patient: Json = {"patient_ref": f"p{random.getrandbits(48):012x}"}
        first: Json = {START_FIELD: starts[0].isoformat()}
        self._draw(patient, self.stories.patient, Level.PATIENT, random, first)
        patient["consents"] = self._consents(starts[0], random)
        told = [self._cycle(story, start, random) for story, start in zip(chain, starts, strict=True)]
        patient["cycles"] = [cycle for cycle, _ in told]
        return patient, [filled for _, filled in told]

    def _chain(self, random: Random) -> list[Story]:
        courses = self.stories.courses.values()
        chain = [_weighted([story for story in courses if story.first], random)]
        while len(chain) < MOST_CYCLES and random.random() < SHARE_FOLLOWED:
            following = [story for story in courses if chain[-1].name in story.after]
            if not following:
                break
            chain.append(_weighted(following, random))
        return chain

    def _starts(self, chain: list[Story], random: Random) -> list[date]:
        """Lay the stories out one after the other, so that the last one ends before the last day."""
        starts: list[date] = []
        end = self.until - timedelta(days=random.randint(0, chain[-1].slack))
        for story in reversed(chain):
            starts.insert(0, end - timedelta(days=story.length))
            end = starts[0] - timedelta(days=random.randint(*GAP_DAYS))
        return starts

    def _consents(self, start: date, random: Random) -> list[Json]:
        weights = self.stories.consents
        day = (start - timedelta(days=random.randint(0, 20))).isoformat()
        statuses = random.choices(list(weights), list(weights.values()), k=len(self.release.registers))
        return [
            {"register": register, "status": status, **({} if status == "not_documented" else {"date": day})}
            for register, status in zip(self.release.registers, statuses, strict=True)
        ]

    def _cycle(self, story: Story, start: date, random: Random) -> tuple[Json, set[str]]:
        cycle: Json = {"cycle_ref": f"c{random.getrandbits(48):012x}", START_FIELD: start.isoformat()}
        self._draw(cycle, story.draws, Level.CYCLE, random, {})
        filled = self._fill(cycle, story, start, random)
        count = cycle.get(CHILD_COUNT)
        if story.children and isinstance(count, int) and count > 0:
            cycle["children"] = [self._child(story, number, cycle, random) for number in range(1, count + 1)]
        return cycle, filled

    def _child(self, story: Story, number: int, cycle: Json, random: Random) -> Json:
        child: Json = {CHILD_NUMBER: number}
        self._draw(child, story.children, Level.CHILD, random, cycle)
        return child

    def _draw(
        self, record: Json, draws: Mapping[str, Draw], level: Level, random: Random, beside: Json
    ) -> None:
        """Choose the told values, then what is mandatory and was not told."""
        fields = self.release.fields
        for name, draw in draws.items():
            value = drawn(draw, fields[name], {**beside, **record}, random)
            if value is not None:
                record[name] = value
        for field in self._delivered(level):
            if field.mandatory and field.name not in record:
                record[field.name] = typical(field, self.release.choice_lists, self.until, random)

    def _fill(self, cycle: Json, story: Story, start: date, random: Random) -> set[str]:
        filled: set[str] = set()
        for field in self._delivered(Level.CYCLE):
            if field.section not in story.fill or field.name in cycle or random.random() < SHARE_LEFT_OUT:
                continue
            value = typical(field, self.release.choice_lists, start, random)
            if value is not None:
                unknown = random.random() < SHARE_UNKNOWN
                cycle[field.name] = (
                    {"unknown": random.choice(["not_asked", "not_known"])} if unknown else value
                )
                filled.add(field.name)
        return filled

    def _delivered(self, level: Level) -> Iterable[Field]:
        return (field for field in self.release.fields.values() if is_delivered(field, level))

    def _repaired(self, patient: Json, filled: list[set[str]]) -> list[Finding]:
        """Leave out filled values a rule objects to, until nothing is found or nothing can be left out."""
        for _ in range(REPAIRS):
            found = self.release.check(patient, 0, centre_no=self.centre_no, today=self.until)
            changes = [self._left_out(patient, filled, finding) for finding in found]
            if not any(changes):
                return found
        return found

    def _left_out(self, patient: Json, filled: list[set[str]], finding: Finding) -> bool:
        rule = self.release.rules.get(finding.rule)
        named = set(rule.fields if rule else [finding.field or ""])
        cycles = patient["cycles"]
        changed = False
        for cycle, own in zip(cycles if isinstance(cycles, list) else [], filled, strict=True):
            for name in named & own if cycle["cycle_ref"] == finding.cycle_ref else ():
                del cycle[name]
                own.discard(name)
                changed = True
        return changed


def _weighted(stories: list[Story], random: Random) -> Story:
    return random.choices(stories, [story.weight for story in stories])[0]
