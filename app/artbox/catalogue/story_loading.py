"""Builds the stories of synthetic data from stories.yml, refusing names and values the fields do not know."""

from collections.abc import Collection, Mapping

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.json_schema import CONSENT_STATUSES
from artbox.catalogue.model import ChoiceList, Draw, Field, FieldType, Level, Origin, Stories, Story
from artbox.catalogue.proofs import admissible
from artbox.catalogue.values import Unknown, read

RANGED = ("between",)
REFERRING = ("days_after", "years_before", "share_of", "at_most")
DATED = {FieldType.DATE}
TIMED = {FieldType.DATE, FieldType.DATETIME}
LISTS = {FieldType.CHOICES, FieldType.INTEGERS}
NUMERIC = {FieldType.INTEGER, FieldType.DECIMAL}


def load_stories(file: Entry, fields: Mapping[str, Field], choice_lists: Mapping[str, ChoiceList]) -> Stories:
    """Read stories.yml; raises CatalogueError."""
    reader = _Reader(fields, choice_lists)
    consents = Entry(file.file, "consents", file.mapping("consents"))
    weights = {status: consents.count(status) for status in CONSENT_STATUSES}
    consents.close()
    courses = {item.name: reader.story(item) for item in entries(file, "stories")}
    for name, story in courses.items():
        strange = [other for other in story.after if other not in courses]
        if strange:
            raise file.error(f"{name} follows unknown stories {', '.join(strange)}", "Correct `after`")
    if not any(story.first for story in courses.values()):
        raise file.error("no story may come first", "Write first: true where a treatment may begin")
    return Stories(reader.draws(file, "patient", Level.PATIENT), weights, courses)


class _Reader:
    def __init__(self, fields: Mapping[str, Field], choice_lists: Mapping[str, ChoiceList]) -> None:
        self.fields = fields
        self.choice_lists = choice_lists

    def story(self, item: Entry) -> Story:
        story = Story(
            name=item.name,
            weight=item.count("weight"),
            first=item.flag("first"),
            after=item.words("after"),
            length=item.count("length"),
            slack=item.count("slack"),
            fill=item.words("fill"),
            draws=self.draws(item, "draws", Level.CYCLE),
            children=self.draws(item, "children", Level.CHILD) if "children" in item.content else {},
        )
        item.close()
        return story

    def draws(self, item: Entry, key: str, level: Level) -> Mapping[str, Draw]:
        return {name: self._draw(item, name, raw, level) for name, raw in item.mapping(key).items()}

    def _draw(self, item: Entry, name: str, raw: object, level: Level) -> Draw:
        field = self.fields.get(name)
        if field is None or field.level is not level or field.origin is not Origin.DELIVERED:
            raise item.error(f"{name} is no delivered field of the {level}", "Name a field of fields.yml")
        if not isinstance(raw, dict):
            return Draw("one_of", ((self._value(item, field, raw), 1.0),))
        if isinstance(raw.get("one_of"), dict) and len(raw) == 1:
            return Draw("one_of", tuple(self._option(item, field, *pair) for pair in raw["one_of"].items()))
        for key, read_draw in (("each", self._each), ("by", self._by), ("until", self._weeks)):
            if key in raw:
                return read_draw(item, field, raw)
        return self._ranged(item, field, raw)

    def _each(self, item: Entry, field: Field, raw: Mapping[str, object]) -> Draw:
        """Read a list with as many entries as a number says: each a fixed value or that of another field."""
        count = self._named(item, raw.get("each"), NUMERIC)
        if set(raw) != {"each", "of"} or field.type not in LISTS:
            raise item.error(f"{field.name}: the draw cannot be read", "See the head of stories.yml")
        of = raw["of"]
        if isinstance(of, str) and of in self.fields:
            return Draw("each", reference=count, second=self._named(item, of, NUMERIC))
        self._value(item, field, [of])
        return Draw("each", ((of, 1.0),), reference=count)

    def _by(self, item: Entry, field: Field, raw: Mapping[str, object]) -> Draw:
        """Read a date that follows another by the days in a number field."""
        if set(raw) != {"days_after", "by"} or field.type not in DATED:
            raise item.error(f"{field.name}: the draw cannot be read", "See the head of stories.yml")
        start, days = raw["days_after"], raw["by"]
        return Draw(
            "days_by", reference=self._named(item, start, DATED), second=self._named(item, days, NUMERIC)
        )

    def _weeks(self, item: Entry, field: Field, raw: Mapping[str, object]) -> Draw:
        """Read a number of weeks from one date to another, with an amount added."""
        if set(raw) != {"weeks_after", "until", *RANGED} or field.type not in NUMERIC:
            raise item.error(f"{field.name}: the draw cannot be read", "See the head of stories.yml")
        start, end = (self._named(item, raw[key], DATED) for key in ("weeks_after", "until"))
        return Draw("weeks", (), *self._ends(item, field, raw), start, end)

    def _named(self, item: Entry, name: object, wanted: Collection[FieldType]) -> str:
        found = self.fields.get(name) if isinstance(name, str) else None
        if found is None or found.type not in wanted:
            raise item.error(f"{name} does not fit the draw", "Name a field of the right type")
        return found.name

    def _ends(self, item: Entry, field: Field, raw: Mapping[str, object]) -> tuple[float, float]:
        ends = raw.get("between")
        numbers = [end for end in ends if isinstance(end, int | float)] if isinstance(ends, list) else []
        if len(numbers) != 2 or numbers[0] > numbers[1]:
            raise item.error(f"{field.name}: the draw cannot be read", "See the head of stories.yml")
        return numbers[0], numbers[1]

    def _option(self, item: Entry, field: Field, value: object, weight: object) -> tuple[object, float]:
        if not isinstance(weight, int | float) or weight <= 0:
            raise item.error(f"{field.name}: a weight is no positive number", "Correct it")
        return self._value(item, field, value), weight

    def _value(self, item: Entry, field: Field, raw: object) -> object:
        value = read(field, raw)
        if value is None or isinstance(value, Unknown) or not admissible(field, value, self.choice_lists):
            raise item.error(f"{field.name}: the value is not permitted", "Use a permitted value")
        return raw

    def _ranged(self, item: Entry, field: Field, raw: Mapping[str, object]) -> Draw:
        kinds = [key for key in raw if key in REFERRING] or list(RANGED)
        if set(raw) != {*RANGED, *kinds} or len(kinds) != 1:
            raise item.error(f"{field.name}: the draw cannot be read", "See the head of stories.yml")
        reference = raw.get(kinds[0]) if kinds[0] in REFERRING else None
        dated = kinds[0] in ("days_after", "years_before")
        wanted = TIMED if dated else NUMERIC
        referred = self.fields.get(str(reference))
        if field.type not in wanted or (reference and (not referred or referred.type not in wanted)):
            raise item.error(f"{field.name}: the draw does not fit the type", "See the head of stories.yml")
        return Draw(kinds[0], (), *self._ends(item, field, raw), referred.name if referred else None)
