"""Write the sample: the invoice lines of an invented gift wholesaler, and what is planted in them.

Nothing here comes from a real shop: products, customers, amounts and dates are drawn from one
seeded stream of random numbers. Groups of customers and the usual faults of such files are
planted on purpose, and two further files say what was planted:

* ``invoice_lines.csv``: the file to segment, with the columns and the quirks of the trade.
* ``customers_truth.csv``: behaviour and taste of every customer to be clustered.
* ``quirks_truth.csv``: how many lines carry each quirk, exactly, and what counts as one.

Usage: ``python generate.py [--output DIR]``. Standard library only; the same bytes every time.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

SEED = 20241208
INVOICE_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
CUSTOMER_HEADER = "customer_id,behaviour,taste,country"
QUIRK_HEADER = (
    "quirk,line_count,international_line_count,invoice_count,customer_count,code_count,"
    "units,value,definition"
)

# --- Vocabulary: every design of a group crossed with every object of a family, price in pence ----
DESIGNS = {
    "children": "FOX CUB|ROCKET|MERMAID|JOLLY PIRATE|DINO|OTTER|LLAMA|TOUCAN|TRACTOR|BRAVE KNIGHT|"
    "LITTLE BADGER|PUFFIN|HUMPBACK WHALE|ROBOT|SLEEPY SLOTH|CHEEKY MONKEY",
    "home": "COPPER|SLATE GREY|WILLOW LEAF|BRUSHED BRASS|SAGE GREEN|FERN|DRIFTWOOD|INDIGO STRIPE|"
    "TERRACOTTA|OCHRE|HARBOUR BLUE|WILD MEADOW|ENAMEL FOX|SMOKED GLASS|OLIVE BRANCH|HONEYCOMB",
    "gift": "SWALLOW|TARTAN|CONSTELLATION|DAHLIA|FLAMINGO|CACTUS|HUMMINGBIRD|CORAL|MOTH & MOON|"
    "PEONY|KINGFISHER|LEMON GROVE|MARBLED|LIGHTHOUSE|BALLOON RIDE|DRAGONFLY",
    "festive": "NORDIC ELK|ROBIN & HOLLY|SNOWY OWL|FROSTED PINE|GINGERBREAD|ARCTIC HARE|SUGAR PLUM|"
    "FAIR ISLE|SLEIGH BELL|MISTLETOE|POLAR FRIENDS|CANDY STRIPE|SILVER BIRCH|MIDNIGHT STAR|"
    "TOY SOLDIER|PARTRIDGE",
}
FAMILIES = {  # family: (group of designs, objects)
    "toys": (
        "children",
        "{} JIGSAW IN A TIN 295|{} SKITTLES 495|{} YO-YO 85|CHILD'S {} RECORDER 125|{} KITE 375|"
        "{} FINGER PUPPET 42|{} SNAP GAME 145|{} PULL-ALONG TOY 795|{} XYLOPHONE 595|"
        "{} DOMINOES 165|{} SKIPPING ROPE WITH BELLS 210|{} BATH SQUIRTER 65|"
        "{} NIGHT LIGHT, RECHARGEABLE 995|{} ROCKING STOOL 1850|{} SPINNING DISC 125",
    ),
    "lunch": (
        "children",
        "{} LUNCH TIN 195|{} SNACK POT 125|{} DRINKING FLASK 425|CHILD'S {} CUTLERY SET 295|"
        "{} BEAKER 85|{} BENTO TRAY 495|{} MELAMINE PLATE 145|{} EGG CUP & SPOON 165|"
        "{} SANDWICH WRAP 110|{} STRAW CUP 255|{} PORRIDGE BOWL 145|{} BIB, WIPE CLEAN 210|"
        "{} JUICE BOTTLE 195|SET OF 4 {} ICE PACKS 165|{} PICNIC CASE 825",
    ),
    "bags": (
        "children",
        "{} RUCKSACK 825|{} SWIM BAG 295|{} SHOE SACK 255|{} TROLLEY CASE 2495|{} COIN POUCH 85|"
        "{} SATCHEL, CANVAS 595|{} WASH ROLL 375|{} FOLDING TOTE 165|{} JUMBO CARRIER 208|"
        "{} BUM BAG 325|{} CHARM BAG 125|{} GYM BAG 265|{} SLEEPOVER HOLDALL 1250|"
        "{} PENCIL WRAP 185|{} UMBRELLA 425",
    ),
    "party": (
        "children",
        "SET OF 8 {} PARTY HATS 85|{} PAPER GARLAND 295|SET OF 12 {} CUPS 65|{} LOOT BAGS 42|"
        "SET OF 20 {} SERVIETTES 55|{} CAKE CANDLES 125|{} INVITES WITH ENVELOPES 85|"
        "{} PIN THE TAIL GAME 210|{} TABLE COVER 195|{} FACE PAINT 165|{} STICKER SHEET 39|"
        "{} PINATA 795|{} BUBBLE WAND 55|SET OF 6 {} BLOWERS 75|{} BIRTHDAY BADGE 29",
    ),
    "decor": (
        "home",
        '{} WALL CLOCK 1495|{} PHOTO FRAME 7" X 5" 495|{} VASE 650|{} DOOR KNOB 145|'
        "{} CUSHION COVER 425|{} COAT RACK 1275|{} MIRROR, ROUND 1650|{} TRINKET DISH 255|"
        "{} BOOKEND 895|{} DOORSTOP 595|{} HANGING HEART 125|{} LETTER STAND 695|{} STOOL 2995|"
        "{} LAMP BASE 3750|{} CURTAIN TIE 265",
    ),
    "candles": (
        "home",
        "{} TEALIGHT GLASS 125|{} LANTERN 595|{} VOTIVE, FIG SCENT 195|{} CANDLESTICK 495|"
        "{} PILLAR CANDLE 375|SET OF 9 {} TEALIGHTS 145|{} OIL BURNER 325|{} SNUFFER 210|"
        "{} WAX MELTS 255|{} REED DIFFUSER 795|{} STORM LAMP 1295|{} CANDLE PLATE 165|"
        "{} MATCH HOLDER 185|{} INCENSE BOAT 125|SET OF 3 {} DINNER CANDLES 295",
    ),
    "kitchen": (
        "home",
        "{} MUG 255|{} TEA TOWEL, 100% COTTON 195|{} MIXING BOWL 695|{} CAKE STAND 1275|"
        "{} BUTTER DISH 495|{} OVEN GLOVE 425|SET OF 6 {} BUN CASES 55|{} STORAGE CANISTER 375|"
        "{} EGG BASKET 595|{} BAKER'S APRON 595|{} JELLY MOULD 165|{} SPICE JAR 125|"
        "{} BREAD CROCK 1850|SET OF 3 {} MEASURING CUPS 325|{} UTENSIL POT 550",
    ),
    "garden": (
        "home",
        "{} PLANT POT 295|{} WATERING CAN 795|{} BIRD BATH 1495|{} HERB MARKERS 165|"
        "{} SEED TIN 255|{} TWINE IN A TIN 210|{} WIND CHIME 375|{} KNEELER 595|"
        "{} BULB PLANTER 425|{} BIRD FEEDER 345|{} TROUGH, GALVANISED 1125|{} GARDEN HOOK 85|"
        "{} THERMOMETER 395|{} TRUG 895|{} PARASOL WEIGHT 650",
    ),
    "stationery": (
        "gift",
        "{} NOTEBOOK A6 125|{} GIFT WRAP 42|{} BIRTHDAY CARD 35|{} PEN POT 295|{} WASHI TAPE 85|"
        "{} WEEKLY PLANNER 255|{} RIBBON, 3 METRES 65|{} MEMO CUBE 165|{} GIFT BAG 55|"
        "{} PENCIL SET 145|{} ADDRESS BOOK 375|{} LUGGAGE TAG 125|{} RULER 19|{} ERASER 21|"
        "{} KEEPSAKE BOX 695",
    ),
    "christmas": (
        "festive",
        "{} BAUBLE 85|{} ADVENT BUNTING 595|{} STOCKING 295|{} TREE TOPPER 425|"
        "SET OF 6 {} CRACKERS 395|{} GLASS DROP 125|{} WREATH 995|{} COOKIE CUTTER 75|"
        "{} GIFT TAGS 42|{} SNOW GLOBE 650|{} PAPER CHAIN 145|{} TABLE RUNNER 795|"
        "{} TREE SKIRT 1650|{} CARD HOLDER 325|{} WOODEN ORNAMENT 65",
    ),
    "jewellery": (
        "gift",
        "{} CHARM BRACELET 295|{} STUD EARRINGS 165|{} LOCKET 425|{} BROOCH 255|{} HAIR SLIDE 125|"
        "{} BEAD NECKLACE 595|{} RING, ADJUSTABLE 145|{} KEY FOB 165|{} COMPACT 210|{} HAT PIN 85|"
        "{} SILK SCARF 895|{} HAIR BOBBLES 65|{} TRINKET TRAY 375|{} CUFF BANGLE 495|{} ANKLET 185",
    ),
}
WORD_CODES = {  # real goods, although the code begins with letters
    "DCGS9001": "BOXED TIN TELESCOPE 795",
    "DCGS9002": "CAT COLLAR WITH BOW TIE 495",
    "DCGS9003": "SOLAR JAM JAR LAMP 825",
    "DCGS9004P": "FELT CAMPER VAN PURSE 375",
    "DCGSSFOX": "FOX CUB PARTY BAG 125",
    "DCGSSOWL": "SNOWY OWL PARTY BAG 125",
}

# --- Calendar: closed on Saturdays and between the years, busiest before Christmas ----------------
FIRST_DAY, LAST_DAY = date(2023, 12, 1), date(2024, 12, 8)
SATURDAY = 5
HOLIDAYS = [date(2023, 12, 24) + timedelta(days) for days in range(10)]
MONTH_WEIGHT = (0.8, 0.7, 0.8, 0.8, 0.9, 0.9, 0.9, 1.0, 1.5, 1.9, 2.4, 1.2)
DAYS = [FIRST_DAY + timedelta(days) for days in range((LAST_DAY - FIRST_DAY).days + 1)]
OPEN_DAYS = [day for day in DAYS if day.weekday() != SATURDAY and day not in HOLIDAYS]
SEASON = list(accumulate(MONTH_WEIGHT[day.month - 1] for day in OPEN_DAYS))
CHRISTMAS_WEIGHT = (0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0, 2.0, 1.2)

# --- Products -------------------------------------------------------------------------------------
PRODUCTS = 2500
FIRST_CODE = 91_001
LETTER_SHARE = 0.15  # objects whose designs share five digits and differ by a letter
PRICES = sorted(  # price points in pence; a large quantity is sold one or two points lower
    {int(item.split()[-1]) for _, objects in FAMILIES.values() for item in objects.split("|")}
)
PACKS = (  # (for prices up to this, quantities of one line)
    (100, (6, 10, 12, 12, 16, 24, 24, 36)),
    (300, (4, 6, 6, 10, 12, 12, 12, 24)),
    (800, (2, 3, 4, 4, 6, 6, 8, 12)),
    (max(PRICES), (1, 1, 2, 2, 2, 3, 4, 6)),
)
ROUND_QUANTITIES = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 30, 36, 40, 48, 60, 72, 96, 120, 144, 160, 192,
    200, 240, 288, 300, 360, 400, 480, 600, 720, 960,
)  # fmt: skip

# --- Customers: two large markets, and a tail of countries with one customer each -----------------
HOME = "United Kingdom"
HOME_CUSTOMERS = 25
CUSTOMERS = {
    "Germany": 91, "France": 88, "Spain": 29, "Belgium": 26, "Switzerland": 22, "Portugal": 18,
    "Italy": 15, "Finland": 12, "Norway": 11, "Austria": 11, "Channel Islands": 9, "Denmark": 9,
    "Netherlands": 9, "Australia": 9, "Cyprus": 8, "Sweden": 8, "Japan": 8, "Poland": 6, "USA": 4,
    "Canada": 4, "Greece": 4, "Unspecified": 4, "EIRE": 3, "Israel": 3, "Malta": 2,
    "United Arab Emirates": 2, "Bahrain": 2, "Iceland": 1, "Singapore": 1, "Lebanon": 1,
    "Lithuania": 1, "Brazil": 1, "Czech Republic": 1, "RSA": 1, "European Community": 1,
    "Saudi Arabia": 1,
}  # fmt: skip
UNIDENTIFIED_ONLY = "Hong Kong"  # no line of it has a customer
UNIDENTIFIED_ORDERS = {
    "EIRE": 30, UNIDENTIFIED_ONLY: 13, "Unspecified": 10, "Switzerland": 6, "France": 4,
    "Israel": 3, "Portugal": 2, "Bahrain": 1, HOME: 8,
}  # fmt: skip
BIG_ACCOUNT_COUNTRIES = ["Netherlands", "EIRE", "Australia", "EIRE", "Japan"]
SECOND_COUNTRIES = ["Belgium", "Denmark", "Austria", "Cyprus"]
TWO_COUNTRY_CUSTOMERS = 8


class Behaviour(NamedTuple):
    """How one group of customers buys; (median, spread) pairs belong to log-normal draws."""

    name: str
    share: float
    recency: tuple[int, int]  # fewest and most days from the last order to the end of the file
    orders: tuple[float, float]
    order_limits: tuple[int, int]
    lines: tuple[float, float]  # per order
    packs: tuple[float, float]  # per line


CORE = Behaviour("core", 0.24, (1, 45), (8.3, 0.40), (4, 30), (17.3, 0.35), (1.2, 0.25))
COOLING = Behaviour("cooling", 0.25, (65, 250), (2.1, 0.40), (1, 4), (29, 0.22), (1.6, 0.2))
SMALL_ACTIVE = Behaviour("small_active", 0.22, (2, 48), (1.8, 0.40), (1, 4), (8, 0.3), (0.6, 0.25))
LAPSED = Behaviour("lapsed", 0.29, (125, 372), (1.05, 0.25), (1, 2), (10, 0.33), (0.65, 0.25))
BIG_ACCOUNT = Behaviour("core", 0, (0, 6), (36, 0.25), (24, 60), (20, 0.25), (3.6, 0.25))
HOME_CUSTOMER = Behaviour("home", 0, (1, 300), (1.5, 0.4), (1, 5), (14, 0.4), (1.0, 0.3))
UNIDENTIFIED = Behaviour("unidentified", 0, (0, 0), (1, 0), (1, 1), (19, 0.35), (0.5, 0.2))
TASTES = {
    "children": ("toys", "lunch", "bags", "party"),
    "home": ("decor", "candles", "kitchen", "garden"),
}
SHARED_FAMILIES = ("stationery", "christmas", "jewellery")
CHILDREN_SHARE = 0.45  # of the customers of every behaviour
OWN_TASTE = (0.74, 0.85)  # a customer's share of lines from the families of the own taste
OTHER_TASTE = 0.05  # share of lines from the families of the other taste
REPEAT = 0.25  # chance that a line repeats an earlier purchase of the customer


# --- Services: codes that are no merchandise ------------------------------------------------------
class Service(NamedTuple):
    """Invoices that hold one line of a service, and how many of them there are."""

    code: str
    description: str
    sales: int
    cancellations: int
    low: float  # price
    high: float
    abroad: bool = False  # billed to a customer outside the home country
    identified: bool = False


POSTAGE, CARRIAGE, BAD_DEBT = ("POST", "POSTAGE"), ("C2", "CARRIAGE"), ("B", "Adjust bad debt")
POSTAGE_PRICES = (15.0, 18.0, 18.0, 28.0, 40.0)
POSTAGE_CHANCE = 0.58  # of an international order
CARRIAGE_COUNTRIES = ("Channel Islands", "EIRE")
BAD_DEBTS = (8450.2, -8450.2, -3120.55)
SERVICES = (
    Service("M", "Manual", 36, 14, 2.0, 900.0, abroad=True, identified=True),
    Service("m", "Manual", 3, 0, 1.0, 20.0, abroad=True, identified=True),
    Service("D", "Discount", 0, 24, 5.0, 160.0, abroad=True, identified=True),
    Service("POST", "POSTAGE", 0, 38, 15.0, 60.0, abroad=True, identified=True),
    Service("PADS", "PADS TO MATCH ALL CUSHIONS", 3, 0, 0.001, 0.001, abroad=True, identified=True),
    Service("TEST001", "This is a test product.", 2, 0, 4.5, 4.5, abroad=True, identified=True),
    Service("TEST001", "This is a test product.", 3, 0, 4.5, 4.5, identified=True),
    Service("ADJUST", "Adjustment by the office", 2, 1, 10.0, 300.0, identified=True),
    Service("CRUK", "CRUK Commission", 0, 4, 20.0, 400.0, identified=True),
    Service("C3", "CARRIAGE", 1, 0, 15.0, 15.0, identified=True),
    Service("S", "SAMPLES", 4, 9, 3.0, 90.0),
    Service("DOT", "DOTCOM POSTAGE", 22, 1, 40.0, 900.0),
    Service("BANK CHARGES", "Bank Charges", 3, 4, 5.0, 60.0),
    Service("AMAZONFEE", "AMAZON FEE", 1, 5, 900.0, 7000.0),
    Service("gift_0001_10", "Gift Voucher £10.00", 3, 0, 8.33, 8.33),
    Service("gift_0001_20", "Gift Voucher £20.00", 4, 0, 16.67, 17.02),
    Service("gift_0001_30", "Gift Voucher £30.00", 2, 0, 25.0, 25.53),
)
SERVICE_CODES = {service.code for service in SERVICES} | {CARRIAGE[0], BAD_DEBT[0]}

# --- Faults: how many of each are planted ---------------------------------------------------------
RENAMED_PRODUCTS = 72
UNTRIMMED_SHARE = 0.21  # of the products
LOWER_CASE_PRODUCTS, LOWER_CASE_CHANCE = 14, 0.2
DUPLICATED_LINES = 70  # every seventh of them is there three times
FREE_GOODS = 15
SPLIT_INVOICES = 2
POSTAGE_ONLY_INVOICES = 45
CUSTOMERS_WITHOUT_GOODS = 3
CANCELLED_ORDERS = 240
FULL_REFUNDS = ((LAPSED, 2), (SMALL_ACTIVE, 1))
REBOOKED_ORDERS = 4
ORPHANS_EARLY, ORPHANS_NEVER_BOUGHT, ORPHANS_BOUGHT_LATER = 28, 14, 5
EARLY_UNTIL = date(2024, 1, 26)  # what is cancelled up to here may have been sold before the file
REVERSED_UNITS, REVERSED_PRICE = 30_000, 0.42
STOCK_NOTES, NAMELESS_STOCK_NOTES = 110, 3
SETTLED = date(2024, 11, 25)  # what happened before leaves time for what follows
STOCK_NOTE_TEXTS = (
    "", "", "", "", "?", "??", "tally again", "tallied", "broken in store", "damp in bay 7",
    "squashed cartons", "binned", "gone missing?", "found in aisle 4", "for the spring fair",
    "mildew", "single, not a set", "press samples", "returned unsold", "nan",
)  # fmt: skip
FIRST_INVOICE, FIRST_CUSTOMER = 710_001, 30_001


class Dice:
    """Random draws from ``random()`` alone, the one method whose numbers never change."""

    def __init__(self, seed: int) -> None:
        """Start the stream."""
        self._next = random.Random(seed).random

    def between(self, low: float, high: float) -> float:
        """Draw evenly from [low, high)."""
        return low + (high - low) * self._next()

    def integer(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both included."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return self._next() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Draw one item."""
        return items[self.integer(0, len(items) - 1)]

    def draw(self, items: Iterable[T], count: int | None = None) -> list[T]:
        """Draw different items in random order; all of them when no count is given."""
        pool = list(items)
        size = len(pool) if count is None else min(count, len(pool))
        for i in range(size):
            j = self.integer(i, len(pool) - 1)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:size]

    def lognormal(self, median: float, spread: float) -> float:
        """Draw from a log-normal distribution (Box-Muller)."""
        radius = math.sqrt(-2 * math.log(1 - self._next()))
        return median * math.exp(spread * radius * math.cos(2 * math.pi * self._next()))

    def weighted(self, totals: Sequence[float], low: int = 0, high: int | None = None) -> int:
        """Draw an index from low up to high, given the running totals of the weights."""
        last = len(totals) - 1 if high is None else high - 1
        drawn = self.between(totals[low - 1] if low else 0.0, totals[last])
        return bisect_right(totals, drawn, low, last)


def open_day(dice: Dice, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
    """Draw an open day, both ends included; the next one if all of them are closed."""
    low, high = bisect_left(OPEN_DAYS, first), bisect_right(OPEN_DAYS, last)
    return OPEN_DAYS[dice.weighted(SEASON, low, max(high, low + 1))]


def at_office_hours(dice: Dice, day: date) -> datetime:
    """Draw a minute of a day, from six in the morning to nine at night, mostly around noon."""
    minute = int(dice.lognormal(12.4 * 60, 0.19))
    if not 6 * 60 <= minute < 21 * 60:
        minute = dice.integer(9 * 60, 17 * 60)
    return datetime.combine(day, time(minute // 60, minute % 60))


@dataclass
class Product:
    """One stock code; before ``renamed_on`` it went by its earlier name, if it has one."""

    code: str
    family: str
    name: str
    price: int  # pence
    earlier_name: str = ""
    renamed_on: date = FIRST_DAY
    lower_case: bool = False  # the code is sometimes typed in lower case

    def name_on(self, day: date) -> str:
        """Return the description in use on a day."""
        return self.earlier_name if self.earlier_name and day < self.renamed_on else self.name


@dataclass(eq=False)
class Customer:
    """An identified customer, the planted groups, and what was bought so far."""

    number: int
    country: str
    behaviour: Behaviour
    taste: str
    own_share: float  # of lines from the families of the own taste
    packs: float  # per line
    second_country: str = ""
    bought: list[Product] = field(default_factory=list)


@dataclass
class Line:
    """One invoice line; its tags are the quirks that the line alone does not show."""

    code: str
    description: str
    quantity: int
    price: float
    minutes_later: int = 0
    uncovered: int = 0  # cancelled units without an earlier sale
    tags: set[str] = field(default_factory=set)

    @property
    def is_goods(self) -> bool:
        """Merchandise, as opposed to postage, fees, vouchers and the like."""
        return self.code not in SERVICE_CODES


@dataclass
class Invoice:
    """One document; prefix C is a cancellation, prefix A an adjustment."""

    when: datetime
    country: str
    customer: Customer | None
    lines: list[Line]
    prefix: str = ""
    number: str = ""

    @property
    def goods(self) -> list[Line]:
        """The lines of merchandise that have a price."""
        return [line for line in self.lines if line.is_goods and line.price > 0]

    def key(self, line: Line) -> tuple[int, str]:
        """Return customer and code: what ties a cancellation to earlier sales."""
        return self.customer.number if self.customer else 0, line.code.upper()


class Catalogue:
    """The products, and how popular each one is within its family."""

    def __init__(self, dice: Dice) -> None:
        """Make and rank the products, then plant the faults of their names and codes."""
        self.products = self._make(dice)
        self.by_family: dict[str, list[Product]] = defaultdict(list)
        for product in dice.draw(self.products):
            self.by_family[product.family].append(product)
        self.totals = {
            family: list(accumulate((rank + 5) ** -1.1 for rank in range(len(products))))
            for family, products in self.by_family.items()
        }
        for product in self.products:
            if dice.chance(UNTRIMMED_SHARE):
                product.name = dice.pick((" {}", "{} ", "{} ", "{} ", "{}  ")).format(product.name)
        popular = [p for products in self.by_family.values() for p in products[:40]]
        lettered = [p for p in popular if p.code[0].isdigit() and p.code[-1].isalpha()]
        for product in dice.draw(lettered, LOWER_CASE_PRODUCTS):
            product.lower_case = True
        for product in dice.draw((p for p in popular if not p.lower_case), RENAMED_PRODUCTS):
            typo = dice.integer(3, len(product.name.rstrip()) - 2)
            product.earlier_name = product.name[:typo] + product.name[typo + 1 :]
            product.renamed_on = FIRST_DAY + timedelta(dice.integer(90, 300))

    @staticmethod
    def _make(dice: Dice) -> list[Product]:
        """Cross designs with objects, number the result and keep as many as are wanted."""
        products: list[Product] = []
        code = FIRST_CODE
        for family, (group, objects) in FAMILIES.items():
            for pattern, price in (item.rsplit(" ", 1) for item in objects.split("|")):
                lettered = dice.chance(LETTER_SHARE)
                code += dice.integer(1, 9)
                for i, design in enumerate(DESIGNS[group].split("|")):
                    code += 0 if lettered else dice.integer(1, 4)
                    letter = chr(ord("A") + i) if lettered else ""
                    name = pattern.format(design)
                    products.append(Product(f"{code}{letter}", family, name, int(price)))
        kept = sorted(dice.draw(range(len(products)), PRODUCTS - len(WORD_CODES)))
        words = [(code, *item.rsplit(" ", 1)) for code, item in WORD_CODES.items()]
        return [products[i] for i in kept] + [Product(c, "toys", n, int(p)) for c, n, p in words]

    def pick(self, dice: Dice, family: str) -> Product:
        """Draw a product of a family; a few of them sell best."""
        return self.by_family[family][dice.weighted(self.totals[family])]


def take_back(line: Line, *quirks: str, quantity: int = 0) -> Line:
    """Return the line that cancels a line, whole if no quantity is given."""
    units = quantity or line.quantity
    return Line(line.code.upper(), line.description, -units, line.price, tags=set(quirks))


class Shop:
    """Writes the invoices: honest orders first, then all that makes a file difficult."""

    def __init__(self, seed: int) -> None:
        """Open the shop."""
        self.dice = Dice(seed)
        self.catalogue = Catalogue(self.dice)
        self.customers: list[Customer] = []
        self.invoices: list[Invoice] = []
        self.sold: dict[tuple[int, str], list[tuple[datetime, int]]] = defaultdict(list)
        self.taken_back: set[tuple[int, str]] = set()  # (customer, code), each only in one way

    def run(self) -> list[Invoice]:
        """Write everything, in this order, and return the invoices by time."""
        self.add_customers()
        for customer in self.customers:
            self.add_orders(customer)
        self.add_unidentified_orders()
        self.add_refunds_and_rebookings()
        for order in self.dice.draw(self._orders(), CANCELLED_ORDERS):
            self.take_back_some(order)
        self.add_reversal()
        self.add_orphans()
        self.add_services()
        self.add_postage_only()
        self.add_free_goods()
        self.split_timestamps()
        self.add_duplicates()
        self.add_stock_notes()
        self.number_invoices()
        self.tag_cancellations()
        self.tag_facts()
        return self.invoices

    def _write(self, invoice: Invoice) -> None:
        self.invoices.append(invoice)
        for line in invoice.goods:
            if invoice.prefix:
                self.taken_back.add(invoice.key(line))
            else:
                self.sold[invoice.key(line)].append((invoice.when, line.quantity))

    def _cancel(self, order: Invoice, when: datetime, taken: list[Line]) -> None:
        self._write(Invoice(when, order.country, order.customer, taken, "C"))

    def _orders(self, *behaviours: Behaviour) -> list[Invoice]:
        """Return the orders of goods of identified customers, of all or of some behaviours."""
        return [
            invoice
            for invoice in self.invoices
            if invoice.customer and invoice.goods and not invoice.prefix
            if not behaviours or invoice.customer.behaviour in behaviours
        ]

    def _orders_abroad(self) -> list[Invoice]:
        return [order for order in self._orders() if order.country != HOME]

    def _moment(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> datetime:
        return at_office_hours(self.dice, open_day(self.dice, first, last))

    def _after(self, when: datetime, fewest: int, most: int) -> datetime | None:
        """Draw a moment some days later, if the file reaches that far."""
        day = when.date() + timedelta(self.dice.integer(fewest, most))
        return self._moment(day, day) if day <= LAST_DAY else None

    # ---- customers and their orders

    def add_customers(self) -> None:
        """Deal countries, behaviours and tastes."""
        dice = self.dice
        countries = [country for country, count in CUSTOMERS.items() for _ in range(count)]
        total = len(countries)
        for country in BIG_ACCOUNT_COUNTRIES:
            countries.remove(country)
        countries = [*BIG_ACCOUNT_COUNTRIES, *dice.draw(countries), *[HOME] * HOME_CUSTOMERS]
        behaviours = [BIG_ACCOUNT] * len(BIG_ACCOUNT_COUNTRIES)
        ends = accumulate(b.share for b in (CORE, COOLING, SMALL_ACTIVE, LAPSED))
        for behaviour, end in zip((CORE, COOLING, SMALL_ACTIVE, LAPSED), ends, strict=True):
            behaviours += [behaviour] * (round(end * total) - len(behaviours))
        behaviours += [HOME_CUSTOMER] * HOME_CUSTOMERS
        numbers = dice.draw(range(FIRST_CUSTOMER, FIRST_CUSTOMER + 3000), len(countries))
        for i, (number, country) in enumerate(zip(numbers, countries, strict=True)):
            children = int((i + 1) * CHILDREN_SHARE) > int(i * CHILDREN_SHARE)
            taste = "children" if children else "home"
            self.customers.append(self._customer(number, country, behaviours[i], taste))
        regulars = [c for c in self.customers if c.behaviour is CORE]
        for customer in dice.draw(regulars, TWO_COUNTRY_CUSTOMERS):
            others = [country for country in SECOND_COUNTRIES if country != customer.country]
            customer.second_country = dice.pick(others)

    def _customer(self, number: int, country: str, behaviour: Behaviour, taste: str) -> Customer:
        own_share, packs = self.dice.between(*OWN_TASTE), self.dice.lognormal(*behaviour.packs)
        return Customer(number, country, behaviour, taste, own_share, packs)

    def add_orders(self, customer: Customer) -> None:
        """Write all orders of a customer, the last one as recent as the behaviour says."""
        dice, behaviour = self.dice, customer.behaviour
        fewest, most = (math.log(days + 1) for days in behaviour.recency)
        last = LAST_DAY - timedelta(int(math.exp(dice.between(fewest, most))) - 1)
        low, high = behaviour.order_limits
        count = min(max(round(dice.lognormal(*behaviour.orders)), low), high)
        days = [open_day(dice, FIRST_DAY, last) for _ in range(count - 1)]
        for i, day in enumerate([*sorted(days), open_day(dice, last, last)]):
            away = customer.second_country and i % 4 == 1
            country = customer.second_country if away else customer.country
            lines = self._basket(customer, day)
            if country != HOME and dice.chance(POSTAGE_CHANCE):
                service = CARRIAGE if country in CARRIAGE_COUNTRIES else POSTAGE
                lines.append(Line(*service, dice.integer(1, 4), dice.pick(POSTAGE_PRICES)))
            self._write(Invoice(at_office_hours(dice, day), country, customer, lines))

    def _basket(self, customer: Customer, day: date, price_points: int = 0) -> list[Line]:
        """Fill an order with different products."""
        count = max(round(self.dice.lognormal(*customer.behaviour.lines)), 2)
        basket: dict[str, Product] = {}
        while len(basket) < count:
            if customer.bought and self.dice.chance(REPEAT):
                product = self.dice.pick(customer.bought)
            else:
                product = self.catalogue.pick(self.dice, self._family(customer, day))
            basket.setdefault(product.code, product)
        customer.bought += basket.values()
        return [self._sale(p, day, customer.packs, price_points) for p in basket.values()]

    def _family(self, customer: Customer, day: date) -> str:
        draw = self.dice.between(0, 1)
        if draw < customer.own_share:
            return self.dice.pick(TASTES[customer.taste])
        if draw < customer.own_share + OTHER_TASTE:
            other = next(taste for taste in TASTES if taste != customer.taste)
            return self.dice.pick(TASTES[other])
        weights = (1.0, CHRISTMAS_WEIGHT[day.month - 1], 0.7)
        return SHARED_FAMILIES[self.dice.weighted(list(accumulate(weights)))]

    def _sale(self, product: Product, day: date, packs: float, price_points: int = 0) -> Line:
        """Return a line of a usual quantity; a large one is cheaper."""
        usual = next(quantities for limit, quantities in PACKS if product.price <= limit)
        wanted = self.dice.pick(usual) * self.dice.lognormal(packs, 0.35)
        quantity = ROUND_QUANTITIES[bisect_left(ROUND_QUANTITIES, wanted * 0.9)]
        price_points -= 2 if quantity >= 3 * max(usual) else quantity > max(usual)
        point = PRICES.index(product.price) + price_points
        price = PRICES[min(max(point, 0), len(PRICES) - 1)] / 100
        low = product.lower_case and self.dice.chance(LOWER_CASE_CHANCE)
        code = product.code.lower() if low else product.code
        return Line(code, product.name_on(day), quantity, price)

    def add_unidentified_orders(self) -> None:
        """Write orders without a customer: mixed taste, retail prices, a few lines cancelled."""
        for country, count in UNIDENTIFIED_ORDERS.items():
            for i in range(count):
                someone = self._customer(0, country, UNIDENTIFIED, "home" if i % 2 else "children")
                someone.own_share = 0.5
                when = self._moment()
                lines = self._basket(someone, when.date(), price_points=3)
                self._write(Invoice(when, country, None, lines))
                later = self._after(when, 1, 20)
                if i % 8 == 0 and later:
                    taken = [take_back(line) for line in lines[:2]]
                    self._write(Invoice(later, country, None, taken, "C"))

    # ---- cancellations

    def add_refunds_and_rebookings(self) -> None:
        """Take back all orders of some customers; cancel others and invoice them again at once."""
        dice = self.dice
        for behaviour, count in FULL_REFUNDS:
            refunded = dice.draw([c for c in self.customers if c.behaviour is behaviour], count)
            for order in [o for o in self._orders(behaviour) if o.customer in refunded]:
                when = self._after(order.when, 1, 1) or order.when + timedelta(minutes=5)
                taken = [take_back(line, "full_refund_lines") for line in order.goods]
                self._cancel(order, when, taken)
        settled = [order for order in self._orders(CORE) if order.when.date() < SETTLED]
        for order in dice.draw(settled, REBOOKED_ORDERS):
            when = self._after(order.when, 1, 3) or order.when
            taken = [take_back(line, "rebooking_cancellation_lines") for line in order.goods]
            again = [replace(line, tags={"rebooked_sale_lines"}) for line in order.goods]
            self._cancel(order, when, taken)
            again_at = when + timedelta(minutes=1)
            self._write(Invoice(again_at, order.country, order.customer, again))

    def take_back_some(self, order: Invoice) -> None:
        """Take back a few lines: whole, in part, in two steps, of several sales, or too much."""
        dice = self.dice
        when = self._after(order.when, 2, 30)
        later = self._after(when, 1, 20) if when else None
        if not when or not later:
            return
        free = [line for line in order.goods if order.key(line) not in self.taken_back]
        first, second = [], []
        for line in dice.draw(free, dice.integer(1, 1 + len(order.lines) // 3)):
            sold = [units for moment, units in self.sold[order.key(line)] if moment < when]
            part, draw = dice.integer(1, max(line.quantity - 1, 1)), dice.between(0, 1)
            if len(sold) > 1 and draw < 0.4:
                spanned = dice.integer(max(sold) + 1, sum(sold))
                first.append(take_back(line, "spanning_cancellation_lines", quantity=spanned))
            elif draw > 0.985:
                first.append(take_back(line, quantity=sum(sold) + dice.integer(1, 12)))
            elif draw < 0.42 or line.quantity == 1:
                first.append(take_back(line, "whole_cancellation_lines"))
            elif draw < 0.9:
                first.append(take_back(line, "partial_cancellation_lines", quantity=part))
            else:
                rest = line.quantity - part
                first.append(take_back(line, "two_step_cancellation_lines", quantity=part))
                second.append(take_back(line, "two_step_cancellation_lines", quantity=rest))
        for moment, taken in ((when, first), (later, second)):
            if taken:
                self._cancel(order, moment, taken)

    def add_reversal(self) -> None:
        """Sell an absurd quantity and take it back two minutes later."""
        order = self._orders(BIG_ACCOUNT)[0]
        product, when = self.catalogue.products[0], order.when + timedelta(minutes=7)
        line = Line(product.code, product.name_on(when.date()), REVERSED_UNITS, REVERSED_PRICE)
        self._write(Invoice(when, order.country, order.customer, [line]))
        taken = [take_back(line, "two_minute_reversal_lines")]
        self._cancel(order, when + timedelta(minutes=2), taken)

    def add_orphans(self) -> None:
        """Take back what was bought before the file starts, never, or only later."""
        dice = self.dice
        regulars = [c for c in self.customers if c.behaviour in (CORE, COOLING)]
        for i, customer in enumerate(dice.draw(regulars, ORPHANS_EARLY + ORPHANS_NEVER_BOUGHT)):
            product = self.catalogue.pick(dice, dice.pick(TASTES[customer.taste]))
            if (customer.number, product.code) in self.sold:
                continue
            early = i < ORPHANS_EARLY
            when = self._moment(last=EARLY_UNTIL) if early else self._moment(first=EARLY_UNTIL)
            quirk = "orphan_lines_before_start" if early else "orphan_lines_never_bought"
            line = take_back(self._sale(product, when.date(), customer.packs), quirk)
            self._write(Invoice(when, customer.country, customer, [line], "C"))
        once = [
            (order, line)
            for order in self._orders(CORE, COOLING)
            if order.when.date() > EARLY_UNTIL
            for line in order.goods
            if len(self.sold[order.key(line)]) == 1 and order.key(line) not in self.taken_back
        ]
        for order, line in dice.draw(once, ORPHANS_BOUGHT_LATER):
            when = self._moment(last=order.when.date() - timedelta(20))
            self._cancel(order, when, [take_back(line, "orphan_lines_bought_later")])

    # ---- everything that is not an order of goods

    def add_services(self) -> None:
        """Write the invoices of one service each, and one cancellation with the wrong sign."""
        dice = self.dice
        for service in SERVICES:
            people = [c for c in self.customers if (c.country != HOME) == service.abroad]
            for i in range(service.sales + service.cancellations):
                customer = dice.pick(people) if service.identified else None
                price = service.low * (service.high / service.low) ** dice.between(0, 1)
                sign, prefix = (1, "") if i < service.sales else (-1, "C")
                line = Line(service.code, service.description, sign, round(price, 2) or price)
                country = customer.country if customer else HOME
                self._write(Invoice(self._moment(), country, customer, [line], prefix))
        wrong = next(i for i in self.invoices if i.prefix == "C" and i.lines[0].code == "M")
        wrong.lines[0].quantity = 1
        for price in BAD_DEBTS:
            line = Line(*BAD_DEBT, 1, price)
            self._write(Invoice(self._moment(), HOME, None, [line], "A"))

    def add_postage_only(self) -> None:
        """Write invoices of postage alone, and customers who never buy goods."""
        dice = self.dice
        for order in dice.draw(self._orders_abroad(), POSTAGE_ONLY_INVOICES):
            when = self._after(order.when, 2, 20) or order.when
            line = Line(*POSTAGE, dice.integer(1, 3), dice.pick(POSTAGE_PRICES))
            self._write(Invoice(when, order.country, order.customer, [line]))
        for i in range(CUSTOMERS_WITHOUT_GOODS):
            customer = self._customer(FIRST_CUSTOMER - 1 - i, "France", LAPSED, "home")
            when = self._moment(last=EARLY_UNTIL)
            line, prefix = Line(*POSTAGE, 1, dice.pick(POSTAGE_PRICES)), ""
            if i == 0:
                sale = self._sale(self.catalogue.products[-1], when.date(), customer.packs)
                line, prefix = take_back(sale, "orphan_lines_before_start"), "C"
            self._write(Invoice(when, customer.country, customer, [line], prefix))

    def add_free_goods(self) -> None:
        """Add goods at price 0 to orders of customers who never paid for them."""
        dice = self.dice
        for order in dice.draw(self._orders_abroad(), FREE_GOODS):
            product = self.catalogue.pick(dice, dice.pick(SHARED_FAMILIES))
            name = product.name_on(order.when.date())
            gift = Line(product.code, name, dice.integer(1, 12), 0.0)
            if order.key(gift) not in self.sold and order.key(gift) not in self.taken_back:
                order.lines.append(gift)

    def split_timestamps(self) -> None:
        """Let the second half of some invoices be entered a minute later."""
        long = [order for order in self._orders(CORE) if len(order.lines) > 20]
        for invoice in self.dice.draw(long, SPLIT_INVOICES):
            for line in invoice.lines[len(invoice.lines) // 2 :]:
                line.minutes_later = 1

    def add_duplicates(self) -> None:
        """Repeat lines that no cancellation touches, once or twice."""
        untouched = [
            (order, line)
            for order in self._orders()
            for line in order.goods
            if order.key(line) not in self.taken_back
        ]
        for i, (order, line) in enumerate(self.dice.draw(untouched, DUPLICATED_LINES)):
            copy = replace(line, tags={"duplicate_extra_lines"})
            position = order.lines.index(line) + 1
            order.lines[position:position] = [copy] if i % 7 else [copy, copy]

    def add_stock_notes(self) -> None:
        """Write stock corrections, always after the last sale of the code they name."""
        dice = self.dice
        last_sale: dict[str, date] = {}
        for invoice in self.invoices:
            for line in invoice.goods:
                day = last_sale.get(line.code.upper(), FIRST_DAY)
                last_sale[line.code.upper()] = max(day, invoice.when.date())
        codes = [product.code for product in self.catalogue.products]
        unsold = [code for code in codes if code not in last_sale]
        faded = [code for code in codes if last_sale.get(code, LAST_DAY) < SETTLED]
        noted = dice.draw(unsold, NAMELESS_STOCK_NOTES) + dice.draw(faded, STOCK_NOTES)
        for i, code in enumerate(noted):
            units = 1 + round(dice.lognormal(14, 1.2))
            text = STOCK_NOTE_TEXTS[i % len(STOCK_NOTE_TEXTS)]
            line = Line(code, text, -units if i % 6 else units, 0.0)
            when = self._moment(first=last_sale.get(code, FIRST_DAY) + timedelta(1))
            self._write(Invoice(when, HOME if i % 7 else "Unspecified", None, [line]))

    # ---- what can only be said once everything is written

    def number_invoices(self) -> None:
        """Sort the invoices by time and number them, with gaps."""
        self.invoices.sort(key=lambda invoice: invoice.when)
        number = FIRST_INVOICE
        for invoice in self.invoices:
            number += self.dice.integer(1, 12)
            invoice.number = f"{invoice.prefix}{number}"

    def tag_cancellations(self) -> None:
        """Find, in the order of time, the cancelled units that no earlier sale covers."""
        left: dict[tuple[int, str], int] = {}
        for invoice, line in ((i, n) for i in self.invoices if i.customer for n in i.goods):
            key = invoice.key(line)
            if line.quantity < 0:
                line.uncovered = max(-line.quantity - left.get(key, 0), 0)
                if key not in left:
                    line.tags.add("orphan_cancellation_lines")
                elif line.uncovered:
                    line.tags.add("excess_cancellation_lines")
            if line.quantity > 0 or key in left:
                left[key] = left.get(key, 0) + line.quantity + line.uncovered

    def tag_facts(self) -> None:
        """Tag the lines of customers, codes and invoices that stand out as a whole."""
        countries: dict[Customer | None, set[str]] = defaultdict(set)
        names: dict[str, set[str]] = defaultdict(set)
        buyers = {order.customer for order in self._orders()}
        for invoice in self.invoices:
            countries[invoice.customer].add(invoice.country)
            for line in invoice.lines:
                names[line.code.upper()] |= {line.description} if line.price > 0 else set()
        for invoice, line in ((i, n) for i in self.invoices for n in i.lines):
            known, who = names[line.code.upper()], invoice.customer
            codes = {other.code for other in invoice.lines}
            facts = {
                "two_country_customers": who and len(countries[who]) > 1,
                "customers_without_merchandise_sale": who and who not in buyers,
                "postage_only_invoices": codes == {POSTAGE[0]} and not invoice.prefix,
                "two_timestamp_invoices": len({n.minutes_later for n in invoice.lines}) > 1,
                "codes_with_changing_description": line.price > 0 and len(known) > 1,
                "nameless_code_lines": not known,
            }
            line.tags |= {quirk for quirk, holds in facts.items() if holds}


# --- What was planted: the quirks in the order of quirks_truth.csv --------------------------------
Test = Callable[[Invoice, Line], object]


def in_scope(invoice: Invoice, line: Line) -> bool:
    """Tell whether a line is priced merchandise of an identified international customer."""
    return bool(invoice.customer and invoice.country != HOME and line.is_goods and line.price > 0)


def is_stock_note(invoice: Invoice, line: Line) -> bool:
    """Tell whether a line has neither a price nor a customer."""
    return line.price == 0 and not invoice.customer


SHOWN: dict[str, tuple[str, Test]] = {  # by the line and its invoice
    "all_lines": ("every line of the file", lambda i, n: True),
    "merchandise_sale_lines": (
        "identified customer, country other than United Kingdom, goods, quantity and price above "
        "0, no C or A invoice; duplicates included",
        lambda i, n: in_scope(i, n) and not i.prefix),
    "merchandise_cancellation_lines": (
        "identified customer, country other than United Kingdom, goods, C invoice",
        lambda i, n: in_scope(i, n) and i.prefix),
    "home_country_lines": ("country United Kingdom", lambda i, n: i.country == HOME),
    "missing_customer_lines": ("no customer id", lambda i, n: not i.customer),
    "unidentified_country_lines": (
        "country of which no line has a customer", lambda i, n: i.country == UNIDENTIFIED_ONLY),
    "cancellation_lines": ("invoice number begins with C", lambda i, n: i.prefix == "C"),
    "cancellation_lines_of_goods": (
        "C invoice, goods", lambda i, n: i.prefix == "C" and n.is_goods),
    "cancellation_lines_without_customer": (
        "C invoice, no customer id", lambda i, n: i.prefix == "C" and not i.customer),
    "cancellation_lines_with_positive_quantity": (
        "C invoice, quantity above 0", lambda i, n: i.prefix == "C" and n.quantity > 0),
    "uncovered_cancellation_lines": (
        "orphan and excess cancellation lines; units and value of the part without a sale",
        lambda i, n: n.uncovered),
    "adjustment_lines": ("invoice number begins with A", lambda i, n: i.prefix == "A"),
    "negative_price_lines": ("price below 0", lambda i, n: n.price < 0),
    "service_lines": ("code that is no merchandise, any invoice", lambda i, n: not n.is_goods),
    "lower_case_service_lines": ("code m", lambda i, n: n.code == "m"),
    "word_code_goods_lines": ("goods, code begins with DCGS", lambda i, n: n.code[:4] == "DCGS"),
    "case_variant_code_lines": (
        "goods, letter of the code in lower case",
        lambda i, n: n.is_goods and n.code != n.code.upper()),
    "stock_note_lines": ("price 0, no customer id", is_stock_note),
    "negative_stock_note_lines": (
        "price 0, no customer id, quantity below 0",
        lambda i, n: is_stock_note(i, n) and n.quantity < 0),
    "empty_stock_note_lines": (
        "price 0, no customer id, no description",
        lambda i, n: is_stock_note(i, n) and not n.description),
    "nan_stock_note_lines": ("description is the text nan", lambda i, n: n.description == "nan"),
    "free_good_lines": ("price 0, with customer id", lambda i, n: n.price == 0 and i.customer),
    "untrimmed_description_lines": (
        "description begins or ends with a blank",
        lambda i, n: n.description != n.description.strip()),
    "comma_description_lines": ("comma in the description", lambda i, n: "," in n.description),
    "quote_description_lines": ("double quote in it", lambda i, n: '"' in n.description),
    "apostrophe_description_lines": ("apostrophe in it", lambda i, n: "'" in n.description),
}  # fmt: skip
CODED = {  # by the code, whatever the invoice
    "postage_lines": ("POST",),
    "carriage_lines": ("C2", "C3"),
    "dotcom_postage_lines": ("DOT",),
    "manual_lines": ("M", "m"),
    "discount_lines": ("D",),
    "sample_lines": ("S",),
    "bank_charge_lines": ("BANK CHARGES",),
    "amazon_fee_lines": ("AMAZONFEE",),
    "commission_lines": ("CRUK",),
    "pads_lines": ("PADS",),
    "voucher_lines": ("gift_0001_10", "gift_0001_20", "gift_0001_30"),
    "office_adjustment_lines": ("ADJUST",),
    "test_lines": ("TEST001",),
    "bad_debt_lines": ("B",),
}
TAGGED = {  # by the tag it was given when it was written
    "whole_cancellation_lines": "takes back all of one sale line",
    "partial_cancellation_lines": "takes back some units of one sale line",
    "two_step_cancellation_lines": "two lines that together take back all of one sale line",
    "spanning_cancellation_lines": "more units than any one earlier sale, at most all of them",
    "excess_cancellation_lines": "goods of an identified customer who bought the code (case "
    "ignored) before, but fewer units than this and earlier cancellations take back",
    "orphan_cancellation_lines": "goods of an identified customer who did not buy the code (case "
    "ignored) before; the next three together",
    "orphan_lines_before_start": "orphans of the first eight weeks: sold before the file starts",
    "orphan_lines_never_bought": "later orphans, of a code the customer never buys",
    "orphan_lines_bought_later": "orphans of a code the customer buys only afterwards",
    "full_refund_lines": "cancellations of customers who gave back all they bought",
    "rebooking_cancellation_lines": "order taken back whole and invoiced again a minute later",
    "rebooked_sale_lines": "the lines that were invoiced again",
    "two_minute_reversal_lines": "huge quantity taken back two minutes after the sale",
    "postage_only_invoices": "lines of invoices, not C, with nothing but POST",
    "two_timestamp_invoices": "lines of invoices whose lines carry two minutes",
    "duplicate_extra_lines": "equal in every column to an earlier line, which is not counted",
    "codes_with_changing_description": "lines above price 0 of codes (case ignored) that have two "
    "descriptions above price 0",
    "nameless_code_lines": "lines of codes without any line above price 0",
    "two_country_customers": "lines of customers with lines in two countries",
    "customers_without_merchandise_sale": "lines of customers without a sale of goods",
}


def coded(codes: Sequence[str]) -> Test:
    """Return the test for lines of some codes."""
    return lambda _, line: line.code in codes


def tagged(quirk: str) -> Test:
    """Return the test for lines that were tagged."""
    return lambda _, line: quirk in line.tags


def quirk_rows(invoices: Sequence[Invoice]) -> Iterator[Sequence[object]]:
    """Count the lines of every quirk; a line may have several."""
    quirks = SHOWN | {
        **{quirk: (f"code {' or '.join(codes)}", coded(codes)) for quirk, codes in CODED.items()},
        **{quirk: (definition, tagged(quirk)) for quirk, definition in TAGGED.items()},
    }
    lines = [(invoice, line) for invoice in invoices for line in invoice.lines]
    for quirk, (definition, holds) in quirks.items():
        hits = [(invoice, line) for invoice, line in lines if holds(invoice, line)]
        uncovered = quirk == "uncovered_cancellation_lines"
        units = [-line.uncovered if uncovered else line.quantity for _, line in hits]
        value = math.fsum(n * line.price for n, (_, line) in zip(units, hits, strict=True))
        yield (
            quirk,
            len(hits),
            sum(invoice.country != HOME for invoice, _ in hits),
            len({invoice.number for invoice, _ in hits}),
            len({invoice.customer for invoice, _ in hits} - {None}),
            len({line.code.upper() for _, line in hits}),
            sum(units),
            f"{value:.2f}",
            definition,
        )


def customer_rows(invoices: Sequence[Invoice]) -> Iterator[Sequence[object]]:
    """List the customers to be clustered, with the country of most net sales of goods."""
    net: dict[Customer, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    buyers: set[Customer] = set()
    for invoice in invoices:
        for line in invoice.lines:
            if invoice.customer and in_scope(invoice, line):
                net[invoice.customer][invoice.country] += line.quantity * line.price
                buyers |= set() if invoice.prefix else {invoice.customer}
    for buyer in sorted(buyers, key=lambda buyer: buyer.number):
        country = max(net[buyer], key=net[buyer].__getitem__)
        yield buyer.number, buyer.behaviour.name, buyer.taste, country


def invoice_rows(invoices: Sequence[Invoice]) -> Iterator[Sequence[object]]:
    """List the lines by time and invoice, written as the trade writes them."""
    lines = [
        (invoice.when + timedelta(minutes=line.minutes_later), invoice, line)
        for invoice in invoices
        for line in invoice.lines
    ]
    for when, invoice, line in sorted(lines, key=lambda row: (row[0], row[1].number.lstrip("AC"))):
        yield (
            invoice.number,
            line.code,
            line.description,
            line.quantity,
            f"{when.month}/{when.day}/{when:%y} {when.hour}:{when:%M}",
            line.price,
            f"{invoice.customer.number}.0" if invoice.customer else "",
            invoice.country,
        )


def write_csv(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a file that is the same, byte for byte, on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(description="Write the three files of the sample.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, metavar="DIR")
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    invoices = Shop(SEED).run()
    write_csv(folder / "invoice_lines.csv", INVOICE_HEADER, invoice_rows(invoices))
    write_csv(folder / "customers_truth.csv", CUSTOMER_HEADER, customer_rows(invoices))
    write_csv(folder / "quirks_truth.csv", QUIRK_HEADER, quirk_rows(invoices))


if __name__ == "__main__":
    main()
