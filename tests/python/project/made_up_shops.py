"""Invoice lines of shops that nobody would think of, and of other trades, drawn from a seed.

A shop is a list of lines in the columns of the trade. Customers draw orders, orders draw items;
what is odd is a parameter. Of a trade it is known which customers were given which taste.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

HEADER = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
FIRST_DAY = datetime(2023, 1, 2, 9)
NOUNS = ("JAR", "LAMP", "CLOCK", "BOWL", "RIBBON", "PUZZLE", "CANDLE", "APRON", "BASKET", "FRAME")
COLOURS = ("RED", "BLUE", "GREEN", "WHITE", "BLACK", "GOLD", "PINK", "GREY", "IVORY", "AMBER")


@dataclass(frozen=True)
class Line:
    """One line of an invoice, in the order of HEADER."""

    invoice: str
    code: str
    description: str
    quantity: int
    invoiced_at: datetime
    price: float
    customer: str
    country: str

    def cells(self) -> tuple[str, ...]:
        """Return the line as a CSV file has it."""
        when = self.invoiced_at.strftime("%Y-%m-%d %H:%M:%S")
        price = f"{self.price:.2f}"
        return (
            *(self.invoice, self.code, self.description, str(self.quantity)),
            *(when, price, self.customer, self.country),
        )


@dataclass(frozen=True)
class Shop:
    """What lines of a shop are drawn from."""

    customer_count: int = 120
    item_count: int = 40
    day_count: int = 365
    first_day: datetime = FIRST_DAY
    orders: tuple[int, int] = (1, 8)  # of a customer, from and to
    basket: tuple[int, int] = (2, 8)  # items of an order
    quantities: tuple[int, int] = (1, 12)
    prices: tuple[float, ...] = (0.85, 1.25, 2.95, 4.95, 12.5)
    countries: tuple[str, ...] = ("France", "Germany", "Spain", "Norway")
    return_share: float = 0.03  # of the lines
    repeated_share: float = 0.0
    season_share: float = 0.0  # of the orders that are moved to November and December
    is_alike: bool = False  # every basket holds the same
    is_constant: bool = False  # everyone has as many orders of the same value
    is_numbered_by_month: bool = False
    seed: int = 1


def item(number: int) -> tuple[str, str]:
    """Return the code and the description of an item."""
    name = f"{COLOURS[number % len(COLOURS)]} {NOUNS[number // len(COLOURS) % len(NOUNS)]}"
    return str(20000 + number), f"{name} {number // 100}".removesuffix(" 0")


def lines_of(shop: Shop) -> list[Line]:
    """Return the lines of a shop, by the day of their invoice."""
    draw = random.Random(shop.seed)
    orders = []
    for customer in range(shop.customer_count):
        low, high = shop.orders
        count = low if shop.is_constant else draw.randint(low, high)
        orders += [(_day(shop, draw), customer) for _ in range(count)]
    orders.sort()
    numbers: dict[str, int] = {}
    lines: list[Line] = []
    for day, customer in orders:
        begins = f"{day:%Y-%m}" if shop.is_numbered_by_month else "ever"
        numbers[begins] = numbers.get(begins, 0) + 1
        lines += _order(shop, draw, 100_000 + numbers[begins], day, customer)
    repeated = [line for line in lines if draw.random() < shop.repeated_share]
    return [*lines, *repeated]


def _day(shop: Shop, draw: random.Random) -> datetime:
    day = shop.first_day + timedelta(
        days=draw.randrange(shop.day_count), minutes=draw.randrange(480)
    )
    if draw.random() < shop.season_share:
        day = day.replace(month=draw.choice((11, 12)), day=draw.randint(1, 28))
    return day


def _order(
    shop: Shop, draw: random.Random, number: int, day: datetime, customer: int
) -> Iterator[Line]:
    country = shop.countries[customer % len(shop.countries)]
    size = min(draw.randint(*shop.basket), shop.item_count)
    is_same = shop.is_alike or shop.is_constant
    items = range(size) if is_same else draw.sample(range(shop.item_count), size)
    if is_same:
        items = range(min(shop.basket[0], shop.item_count))
    for at in items:
        code, description = item(at)
        quantity = shop.quantities[0] if is_same else draw.randint(*shop.quantities)
        price = shop.prices[at % len(shop.prices)]
        sold = Line(
            *(str(number), code, description, quantity, day, price, str(12000 + customer), country)
        )
        yield sold
        if draw.random() < shop.return_share and not is_same:
            later = day + timedelta(hours=3)
            yield replace(sold, invoice=f"C{number}", quantity=-quantity, invoiced_at=later)


def write(lines: list[Line], file: Path) -> Path:
    """Write lines as a CSV file; return it."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(line.cells() for line in lines)
    return file


def _one(shop: Shop) -> Callable[[Path], Path]:
    return lambda folder: write(lines_of(shop), folder / "lines.csv")


def _one_day_beside_years(folder: Path) -> Path:
    """Three years in one file, and a day of them, at their end, in another."""
    years = lines_of(Shop(day_count=1095))
    last = max(line.invoiced_at for line in years) + timedelta(days=1)
    day = lines_of(Shop(customer_count=20, day_count=1, first_day=last.replace(hour=9), seed=2))
    files = folder / "files"
    files.mkdir()
    write(years, files / "years.csv")
    write([replace(line, invoice=f"{9}{line.invoice[-5:]}") for line in day], files / "day.csv")
    return files


@dataclass(frozen=True)
class OddShop:
    """A shop, how it is built, and what is said of it: nothing, or all these words."""

    make: Callable[[Path], Path]
    variables: dict[str, object] = field(default_factory=dict)
    refused: tuple[str, ...] = ()  # in the one message that the build ends with
    warned: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # on the page


ODD_SHOPS: dict[str, OddShop] = {
    "nobody orders twice": OddShop(
        _one(Shop(orders=(1, 1))),
        shown=("Nobody ordered again within 90 days", "No customer is expected to order"),
    ),
    "one item": OddShop(
        _one(Shop(item_count=1)), refused=("Found 1 item", "taste_component_count")
    ),
    "all of one country": OddShop(_one(Shop(countries=("France",)))),
    "all of the home country": OddShop(
        _one(Shop(countries=("United Kingdom",))), refused=("No customers", "customer_scope")
    ),
    "all of the home country, all customers": OddShop(
        _one(Shop(countries=("United Kingdom",))), {"customer_scope": "all"}
    ),
    "6 customers": OddShop(
        _one(Shop(customer_count=6)), refused=("Too few customers", "item_min_customers")
    ),
    "20 customers": OddShop(_one(Shop(customer_count=20))),
    "30 customers": OddShop(_one(Shop(customer_count=30))),
    "all baskets alike": OddShop(_one(Shop(is_alike=True, basket=(8, 8)))),
    "constant features": OddShop(_one(Shop(is_constant=True, orders=(3, 3), basket=(8, 8)))),
    "two days": OddShop(_one(Shop(day_count=2, orders=(1, 2)))),
    "six weeks": OddShop(_one(Shop(day_count=42, orders=(1, 4)))),
    "ten years with seasons": OddShop(
        _one(Shop(day_count=3650, season_share=0.4)),
        shown=("The history begins at the end of ", "the lines go back to "),
    ),
    "business customers": OddShop(
        _one(
            Shop(
                *(60, 400),
                orders=(20, 60),
                basket=(4, 18),
                prices=(1.5, 12, 95, 480),
                repeated_share=0.04,
            )
        ),
        warned=("are repeated in their file",),
    ),
    "prices of a penny": OddShop(_one(Shop(prices=(0.01,), quantities=(1, 1), basket=(1, 2)))),
    "prices of sixty millions": OddShop(_one(Shop(prices=(60_000_000.0, 0.01)))),
    "as of before the lines": OddShop(
        _one(Shop()),
        {"as_of": "2022-06-01"},
        refused=("No customers to cluster", "as_of, which is 2022-06-01"),
    ),
    "as of inside the lines": OddShop(_one(Shop()), {"as_of": "2023-07-01"}),
    "as of the second day": OddShop(
        _one(Shop()), {"as_of": "2023-01-03"}, refused=("Too few customers",)
    ),
    "as of six years after": OddShop(
        _one(Shop()), {"as_of": "2029-12-31"}, warned=("days after the last line",)
    ),
    "a day beside years": OddShop(_one_day_beside_years),
    "numbers begin again each month": OddShop(_one(Shop(is_numbered_by_month=True))),
}


FIRST_CUSTOMER = 5000

# --- shops of other trades: what customers were given, and what a build may find -----------------
# A shelf is what customers of one taste buy from.
SHELVES: dict[str, tuple[str, ...]] = {
    "grocer": (
        "BREAD|MILK|BUTTER|EGGS|FLOUR|SUGAR|RICE|PASTA|OIL|SALT|YEAST|OATS",
        "BEER|CRISPS|PEANUTS|COLA|TONIC|CIDER|PRETZELS|OLIVES|SALSA|NACHOS|LEMONADE|ICE",
    ),
    "office": (
        "RING BINDER|LEVER ARCH FILE|DIVIDERS|POCKETS|STAPLES|PAPER CLIPS|LABELS|CARDS",
        "TONER|INK|PRINTER PAPER|USB STICK|CABLE|MOUSE|KEYBOARD|BATTERIES",
    ),
    "bike shop": (
        "INNER TUBE|TYRE|CHAIN|CASSETTE|BRAKE PAD|SPOKE|PUNCTURE KIT|PUMP|BRACKET|PEDAL",
        "JERSEY|SHORTS|GLOVES|HELMET|SOCKS|CAP|GILET|OVERSHOES|GOGGLES|ARM WARMERS",
    ),
    "books": (
        "MURDER AT NOON|THE COLD CASE|DEAD RECKONING|NIGHT TRAIN|THE WITNESS|BLOOD TIDE",
        "ALGEBRA I|CELL BIOLOGY|ORGANIC CHEMISTRY|MECHANICS|STATISTICS|TOPOLOGY",
        "GOODNIGHT BEAR|THE LITTLE DIGGER|TEN DUCKS|MOON BUS|HUNGRY CROCODILE|SLEEPY OWL",
    ),
    "wine": (
        "RIESLING|SILVANER|VELTLINER|CHABLIS|SANCERRE|MUSCADET|ALBARINO|SOAVE",
        "BAROLO|RIOJA|MALBEC|SHIRAZ|CHIANTI|CAHORS|ZINFANDEL|PRIMITIVO",
    ),
}


@dataclass(frozen=True)
class Trade:
    """A shop of a trade; its customers were given a taste each, or none."""

    shelves: tuple[str, ...]
    has_tastes: bool
    editions: int = 4  # goods of one word; where codes share texts, all of one text
    is_text_shared: bool = False
    customer_count: int = 240
    seed: int = 11

    def taste_of(self, customer: int) -> int:
        """Return the shelf that a customer was given."""
        return customer % len(self.shelves)


TRADES = {
    f"{name}, {'tastes' if has_tastes else 'no tastes'}": Trade(
        tuple(shelves), has_tastes, is_text_shared=name in ("books", "wine"), seed=seed
    )
    for seed, (name, shelves) in enumerate(SHELVES.items(), start=11)
    for has_tastes in (True, False)
}


def lines_of_trade(trade: Trade) -> list[Line]:
    """Return the lines of a shop: four of five picks from the own shelf, if there are tastes.

    Some goods of a shelf are bought far more often than others (Zipf).
    """
    draw = random.Random(trade.seed)
    goods = [
        [
            (
                f"{10_000 + 1000 * shelf + 10 * at + edition}",
                word if trade.is_text_shared else f"{word} {'ABCD'[edition]}",
            )
            for at, word in enumerate(words.split("|"))
            for edition in range(trade.editions)
        ]
        for shelf, words in enumerate(trade.shelves)
    ]
    everything = [good for shelf in goods for good in shelf]
    for shelf in (*goods, everything):
        draw.shuffle(shelf)
    visits = []
    for customer in range(trade.customer_count):
        visits += [(_day(Shop(), draw), customer) for _ in range(draw.choice((1, 2, 3, 4, 6, 9)))]
    lines = []
    for number, (day, customer) in enumerate(sorted(visits), start=100_000):
        basket: dict[str, str] = {}
        for _ in range(draw.randint(3, 9)):
            is_own = trade.has_tastes and draw.random() < 0.8
            shelf = goods[trade.taste_of(customer)] if is_own else everything
            weights = [1 / (rank + 3) for rank in range(len(shelf))]
            [(code, text)] = draw.choices(shelf, weights)
            basket[code] = text
        lines += [
            Line(
                *(str(number), code, text, draw.randint(1, 6), day),
                *(draw.choice((1.5, 4.0, 9.9, 18.0)), str(FIRST_CUSTOMER + customer)),
                country=("France", "Italy", "Austria")[draw.randrange(3)],
            )
            for code, text in basket.items()
        ]
    return lines
