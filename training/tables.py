"""Rows of tables as the reader sees them, with questions about a cell: of this row, of another, of a column that is not
there.
"""

import random

_THINGS = {
    "Food": "Apples Berries Bread Rice Lentils Cheese Milk Fruit Pasta Tofu Potatoes Spinach Oats Salmon Yoghurt Honey Carrots",
    "Room": "101 102 203 204 A1 B2 Atrium Library Kitchen Workshop Archive Hall Studio Laboratory Canteen",
    "Employee": "Ann Bob Cid Dora Emil Fatima Gao Hana Ivan Jing Kofi Lena Mina Noor Olga Pablo Qiu Rosa Sven Tara",
    "Country": "China India Brazil France Germany Japan Kenya Norway Peru Spain Egypt Canada Poland Vietnam Chile Turkey",
    "Product": "Kettle Lamp Router Drill Notebook Chair Tent Camera Blender Monitor Bicycle Printer Heater Jacket",
    "Department": "Sales Finance Legal Marketing Research Support Logistics Procurement Design Security",
    "City": "Harbin Lyon Oslo Quito Nairobi Seville Bergen Osaka Leeds Austin Gdansk Cairo Toronto Perth",
    "Team": "Lions Bears Hawks Rovers United Rangers Wolves Comets Sharks Tigers",
    "Species": "Oak Pine Birch Maple Cedar Willow Elm Beech Larch Ash",
    "Course": "Algebra Biology Chemistry Drawing Economics French Geology History Law Music Physics Statistics",
}
_FACTS = {
    "Calories": ("how many calories {has} {x}", "{n}", "Food"),
    "Calories per portion": ("how many calories {has} {x} a portion", "{n}", "Food"),
    "Protein": ("how much protein {is_in} {x}", "{s} g", "Food"),
    "Capacity": ("how many people fit into {x}", "{s}", "Room"),
    "Floor": ("on which floor is {x}", "{d}", "Room"),
    "Salary": ("what does {x} earn", "{n},000", "Employee"),
    "Phone": ("what is the phone number of {x}", "555-0{s}", "Employee"),
    "Office": ("which office is {x} in", "{d}{s}", "Employee"),
    "Started": ("when did {x} start", "20{s}-0{d}-1{d}", "Employee"),
    "Population": ("how many people live in {x}", "{n},{n},000", "Country City"),
    "GDP growth": ("how fast did the economy of {x} grow", "{d}.{d} %", "Country"),
    "Capital": ("what is the capital of {x}", "{city}", "Country"),
    "Price": ("how much does {x} cost", "{s}.{s} €", "Product Food Course"),
    "Weight": ("how heavy is {x}", "{s} kg", "Product"),
    "Warranty": ("how long is the warranty of {x}", "{d} years", "Product"),
    "In stock": ("how many of {x} are in stock", "{n}", "Product"),
    "Budget": ("what is the budget of {x}", "${n},000", "Department"),
    "Head": ("who leads {x}", "{name}", "Department"),
    "Staff": ("how many people work in {x}", "{s}", "Department"),
    "Revenue 2023": ("what was the revenue of {x} in 2023", "{n}.{d} million", "Department Product Country"),
    "Cups": ("how many cups have {x} won", "{d}", "Team"),
    "Points": ("how many points do {x} have", "{s}", "Team"),
    "Height": ("how tall is {x}", "{s} m", "Species"),
    "Credits": ("how many credits is {x} worth", "{d}", "Course"),
    "Teacher": ("who teaches {x}", "{name}", "Course"),
    "Exam": ("when is the exam in {x}", "{s} June", "Course"),
}


def row_of(rng: random.Random) -> tuple[str, str, tuple[int, int] | None]:
    """A row, a question, and the characters of the row that answer it; None where they do not."""
    kind = rng.choice(list(_THINGS))
    names = _THINGS[kind].split()
    facts = [name for name, (_, _, kinds) in _FACTS.items() if kind in kinds.split()]
    facts = rng.sample(facts, min(len(facts), rng.choice((2, 3, 3, 4))))
    subject = rng.choice(names)
    cells = [(kind, subject)] + [(fact, _value(_FACTS[fact][1], rng)) for fact in facts]
    luck = rng.random()
    about = subject if luck < 0.5 else rng.choice([name for name in names if name != subject])
    fact = rng.choice(facts)
    if luck > 0.8:  # of this row, but a column that it does not have
        about = subject
        others = [name for name, (_, _, kinds) in _FACTS.items() if kind in kinds.split() and name not in facts] or list(_FACTS)
        fact = rng.choice(others)
        if fact.split()[0] in {name.split()[0] for name, _ in cells}:
            about = rng.choice([name for name in names if name != subject])
    named = about if kind in ("Employee", "Country", "City") or rng.random() < 0.5 else about.lower()
    said = _FACTS[fact][0].format(x=named, has="do", is_in="is in")
    said = said.replace(f"do {about.lower()}", f"do {about.lower()} have").replace(f"do {about} ", f"do {about} have ")
    if said.endswith(f"do {about}"):
        said += " have"
    if rng.random() < 0.2:
        said = f"{fact.lower()} of {about}"
    text, span = "", None
    for place, (name, value) in enumerate(cells):
        text += (" | " if place else "") + f"{name}: "
        if name == fact and about == subject:
            span = len(text), len(text) + len(value)
        text += value
    said = said if rng.random() < 0.4 else said[:1].upper() + said[1:] + "?"
    return text, said, span


def _value(form: str, rng: random.Random) -> str:
    """A value of a form: ``n`` three figures, ``s`` two, ``d`` one, a name, a city."""
    while "{" in form:
        for key, value in (
            ("{n}", str(rng.randrange(100, 999))),
            ("{s}", str(rng.randrange(10, 99))),
            ("{d}", str(rng.randrange(1, 9))),
            ("{name}", rng.choice(_THINGS["Employee"].split())),
            ("{city}", rng.choice(_THINGS["City"].split())),
        ):
            form = form.replace(key, value, 1)
    return form
