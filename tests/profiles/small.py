"""A small profile to look at: people of several languages, all kinds of messages, all phases, unread and archived."""

from pathlib import Path

from protocol.bodies.content import Title
from tests.builders import Person
from tests.profiles.maker import MINUTE_MS, Maker, Room, making

NOW_MS = 1_795_255_200_000
"""2026-11-21 10:00 UTC: the moment at which everything here is looked at."""
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
GARDEN = "Rooftop garden"
BO = Person.make("Bo Lindqvist")
AIKO = Person.make("田中 愛子")
LAYLA = Person.make("ليلى حداد")
NOAM = Person.make("נועם לוי")
CHIARA = Person.make("Chiara Rossi")
PLAN = """Here is a plan that fits the weight limit:

1. **Shade first**: ferns and moss along the north wall
2. **Light soil**: two thirds perlite, one third compost
3. **Water**: one barrel, 200 l, beside the stairs

```python
def load(beds: int, depth_m: float = 0.25) -> float:
    \"\"\"Return the weight of wet soil in kg.\"\"\"
    return beds * 1.2 * depth_m * 950
```

| bed | plants | weight |
|---|---|---|
| north | ferns, moss | 285 kg |
| south | thyme, sage | 240 kg |
| stairs | barrel | 200 kg |

> The roof carries 350 kg on a square metre, says the report."""


def small_profile(home: Path) -> None:
    """Make the profile in `home`; its ids and colours are the same every time."""
    with making(home, "Ana Novak", now_ms=NOW_MS - 30 * DAY_MS, steady=True) as maker:
        _archived(maker)
        _languages(maker)
        _station(maker)
        _division(maker)
        _lunch(maker)
        _bo(maker)
        _garden(maker)


def _open(maker: Maker, title: str, about: str, ago_ms: int, *people: Person) -> Room:
    room = maker.room(title, about, at_ms=NOW_MS - ago_ms)
    for person in people:
        room.let_in(person)
    return room


def _garden(maker: Maker) -> None:
    room = _open(
        maker, GARDEN, "What we plant on the roof, and who carries the soil up", DAY_MS + 20 * HOUR_MS, BO, AIKO, LAYLA
    )
    leaf = room.add_ai("Leaf", provider="openai", model="fake-1")
    room.say("Good morning! The report on the roof is here: it carries **350 kg** on a square metre.", BO)
    room.say("That is more than I thought 🎉", after_ms=2 * MINUTE_MS)
    room.say("屋上の北側は一日中日陰です。シダと苔がいいと思います。", AIKO, after_ms=9 * MINUTE_MS)
    room.say("أوافق، والزعتر للجهة الجنوبية حيث الشمس", LAYLA, after_ms=4 * MINUTE_MS)
    room.advance(progress=0.35, by=BO)
    room.advance(progress=0.6)
    maker.clock.at_ms = NOW_MS - 90 * MINUTE_MS
    asked = room.say("@Leaf, can you make a plan that fits the weight limit?", BO)
    answered = room.answer(leaf, asked, PLAN, model="fake-1")
    room.react(answered, "👍", None, BO, AIKO)
    room.react(answered, "🌿", LAYLA)
    first = room.say("The barrel by the stairs is a good idea", AIKO, after_ms=11 * MINUTE_MS)
    mine = room.say(
        "I can bring one on Saturday, if somebody helps me carry it 😅", reply_to=first, after_ms=3 * MINUTE_MS
    )
    room.edit(mine, "I can bring one on Saturday at ten, if somebody helps me carry it 😅")
    room.react(mine, "💪", BO, LAYLA)
    gone = room.say("wrong window", BO)
    room.delete(gone, BO)
    room.say("I'll help. See https://example.org/barrels for the sizes.", BO, reply_to=mine)
    room.pin(answered)
    room.read(room.say("Saturday at ten it is ☕", after_ms=5 * MINUTE_MS))


def _bo(maker: Maker) -> None:
    room = _open(maker, "Saturday", "", 3 * HOUR_MS, BO)
    room.read(room.say("Shall I pick you up?", BO))
    room.say("It is on my way", BO)
    room.say("@Ana Novak?", BO)


def _lunch(maker: Maker) -> None:
    room = _open(maker, "Lunch 🍜", "", 5 * HOUR_MS, CHIARA, AIKO)
    room.read(room.say("Ramen or pasta?", CHIARA))
    room.say("ラーメン ✨", AIKO)


def _division(maker: Maker) -> None:
    room = _open(maker, "Festival programme", "Three stages, two days", 2 * DAY_MS, CHIARA, BO, NOAM)
    for number in range(3):
        room.advance(progress=0.2 + 0.3 * number)
    room.read(room.say("Music and workshops want rooms of their own by now", CHIARA))


def _station(maker: Maker) -> None:
    room = _open(maker, "Weather station", "A box on the roof that counts wind and rain", 4 * DAY_MS, NOAM)
    room.advance(progress=0.8)
    room.read(room.say("החיישן החדש הגיע, אפשר להתקין אותו מחר", NOAM))


def _languages(maker: Maker) -> None:
    room = _open(maker, "Translations", "", 9 * DAY_MS, LAYLA, NOAM, AIKO)
    for _ in range(4):
        room.advance()
    room.write(Title("Words in all languages"))
    room.say("Which word do we use for *mitosis* in each language? 🧬")
    room.say("有糸分裂といいます。短く「分裂」でもいいですね 👩🏽‍🔬", AIKO, after_ms=2 * MINUTE_MS)
    room.say("בעברית אומרים **מיטוזה**, או חלוקת התא", NOAM, after_ms=3 * MINUTE_MS)
    room.say("中文是有丝分裂, 한국어로는 유사분열, на русском «митоз» 🙂", AIKO)
    room.read(room.say("ما رأيكم في «انقسام» بدل «تقسيم»؟", LAYLA))


def _archived(maker: Maker) -> None:
    room = _open(maker, "Spring party", "", 28 * DAY_MS, CHIARA)
    room.read(room.say("Thank you all, it was lovely!", CHIARA))
    room.archive()
