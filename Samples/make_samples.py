"""Makes the sample data sets beside this script, in Freshet's own form, from the raw files.

    python make_samples.py --online-retail FOLDER --movietweetings FOLDER --banking77 FOLDER [--output FOLDER]

Raw files, each read as it is or with `.xz` behind its name:

online-retail     events.tsv     time (unix seconds), customer, item, quantity, price; header; sorted by time
                  items.tsv      item, stock_code, description; header
                  customers.tsv  customer, country; header
movietweetings    ratings.dat    user::movie::rating::unix_time
                  movies.dat     movie::title (year)::genre|genre
                  LICENSE
banking77         train.csv      text,category; header
                  test.csv       the same

Written: events.jsonl.xz, sorted by time, items.jsonl and, where something is known of them, users.jsonl. What is left
out and changed stands in each sample's README.md. Of banking77 train.csv and test.csv are written. Only Python's standard library is used.
"""

import argparse
import csv
import json
import lzma
import re
import shutil
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

# Online Retail

PRODUCT_CODE = re.compile(r"\d{5}[A-Z]{0,3}")  # everything else is postage, fees, corrections and tests
LINES_PER_CUSTOMER = range(10, 201)  # fewer teach little; more are wholesale accounts
LEAST_LINES_PER_ITEM = 5

# The source has no categories. An item belongs to each one that a word of its description names.
CATEGORY_WORDS = {
    "Christmas": "ADVENT CHRISTMAS NOEL REINDEER ROBIN SANTA SNOWFLAKE SNOWMAN XMAS",
    "Easter": "BUNNY CHICK CHICKS EASTER",
    "Party": "BALLOON BALLOONS BIRTHDAY BUNTING CONFETTI FLAG INVITES PARTY",
    "Candles and Lighting": "CANDLE CANDLEHOLDER CANDLES CANDLESTICK INCENSE LAMP LAMPSHADE LANTERN LIGHT LIGHTS "
    "MATCHES T-LIGHT T-LIGHTS",
    "Kitchen and Dining": "APRON BAKING BOWL BREAD CAKE CAKES CAKESTAND COASTER COASTERS COFFEE COOKIE COSY CUP "
    "CUTLERY DINNER DISH EGG FOOD GOBLET HERB JAM JAR JUG KITCHEN LUNCH MUG MUGS NAPKIN NAPKINS OVEN PAN PANTRY "
    "PICNIC PLATE PLATES RECIPE SPOON STRAWS TEA TEACUP TEAPOT TEATIME TOAST TRAY",
    "Jewellery": "BEAD BEADS BLING BRACELET BROOCH CHARM DIAMANTE EARRING EARRINGS HAIR HAIRBAND KEYRING NECKLACE "
    "NECKLACE+BRACELET PENDANT RING",
    "Bags and Purses": "BAG BAGS HANDBAG LUGGAGE PURSE SHOPPER UMBRELLA WALLET WASHBAG",
    "Cards and Stationery": "BOOK CARD CARDS ENVELOPE GREETING JOURNAL MEMO NOTEBOOK PAD PAPER PASSPORT PEN PENCIL "
    "PENCILS PENS RIBBON RIBBONS SKETCHBOOK STATIONERY STICKER STICKERS TAPE TISSUES WRAP",
    "Toys and Games": "BEAR DOLL DOLLY DOMINOES FLYING GAME GAMES GLIDERS HELICOPTER JIGSAW MAGIC PLAYHOUSE PLAYING "
    "PUZZLE SKIPPING SPINNING TEDDY TOY TOYS",
    "Crafts": "CANVAS CRAFT CRAFTS CROCHET FELTCRAFT KIT KNITTED KNITTING PATCHES SEWING",
    "Garden": "BIRDHOUSE GARDEN GARDENING GNOME GROW HAMMOCK PARASOL PLANTER SEED SEEDS WATERING",
    "Bath and Body": "BATH BATHROOM FLANNEL HOTTIE SOAP SPONGE TOWEL TOWELS",
    "Storage": "BASKET BASKETS BIN BOX BOXES CABINET CHEST CHESTS DRAWER HANGER HOOK HOOKS RACK SHELF STORAGE TIN "
    "TINS TRINKET",
    "Home Decoration": "ARTIFICIAL CLOCK CUSHION DECO DECORATION DECORATIONS DOOR DOORMAT DOORSTOP FRAME GARLAND "
    "HANGING LETTERS MAGNETS MIRROR MOBILE ORNAMENT PAPERWEIGHT PHOTO PICTURE SIGN STOOL TABLE THROW WALL WREATH",
}
SMALL_WORDS = {"a", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
ABBREVIATIONS = {"BBQ", "CD", "DIY", "DVD", "LED", "UK", "USB", "TV"}


def make_online_retail(source, target):
    products = {row["item"]: row for row in read_table(source, "items.tsv") if is_product(row)}
    lines = [line for line in read_table(source, "events.tsv") if line["item"] in products and float(line["price"]) > 0]
    purchases = keep_active(merge_repeated_lines(lines))

    write_events(
        target,
        (
            {
                "user": f"c{customer}",
                "item": products[item]["stock_code"],
                "type": "purchase",
                "value": quantity,
                "time": rfc3339(time),
            }
            for (time, customer, item), quantity in purchases
        ),
    )

    prices = defaultdict(list)
    for line in lines:
        prices[line["item"]].append(float(line["price"]))
    sold = {item for (_, _, item), _ in purchases}
    write_objects(
        target / "items.jsonl",
        (
            {
                "id": products[item]["stock_code"],
                "title": title_case(products[item]["description"]),
                "categories": categories(products[item]["description"]),
                "attributes": {"price": round(median(prices[item]), 2)},
            }
            for item in sorted(sold, key=lambda item: products[item]["stock_code"])
        ),
    )

    buyers = {customer for (_, customer, _), _ in purchases}
    write_objects(
        target / "users.jsonl",
        (
            {"id": f"c{row['customer']}", "attributes": {"country": row["country"]}}
            for row in read_table(source, "customers.tsv")
            if row["customer"] in buyers
        ),
    )


def is_product(row):
    return PRODUCT_CODE.fullmatch(row["stock_code"]) is not None


def merge_repeated_lines(lines):
    """One purchase for each (minute, customer, item), quantities added; in the order of first appearance."""
    quantities = Counter()
    for line in lines:
        quantities[int(line["time"]), line["customer"], line["item"]] += int(line["quantity"])
    return sorted(quantities.items(), key=lambda purchase: purchase[0][0])


def keep_active(purchases):
    """Drops customers with too few or too many lines, then items with too few."""
    lines = Counter(customer for (_, customer, _), _ in purchases)
    purchases = [purchase for purchase in purchases if lines[purchase[0][1]] in LINES_PER_CUSTOMER]
    lines = Counter(item for (_, _, item), _ in purchases)
    return [purchase for purchase in purchases if lines[purchase[0][2]] >= LEAST_LINES_PER_ITEM]


def categories(description):
    words = set(re.findall(r"[A-Z][A-Z+-]*", description))
    return [name for name, named_by in CATEGORY_WORDS.items() if words & set(named_by.split())]


def title_case(description):
    """`SET/3 VANILLA SCENTED CANDLE IN BOX` becomes `Set/3 Vanilla Scented Candle in Box`."""

    def cased(match):
        word = match.group()
        if word in ABBREVIATIONS:
            return word
        if word.lower() in SMALL_WORDS and match.start() > 0:
            return word.lower()
        return word.capitalize()

    # A word begins with a letter (A7, CHILD'S); letters behind a number (15CM, 50'S) become small.
    text = re.sub(r"\s+", " ", description).strip().upper()
    text = re.sub(r"(?<=\d)'?[A-Z]+\b", lambda match: match.group().lower(), text)
    return re.sub(r"(?<![A-Za-z\d'])[A-Z][A-Z\d']*", cased, text)


# MovieTweetings


def make_movietweetings(source, target):
    films = {}
    for movie, title, genres in read_fields(source, "movies.dat"):
        films[movie] = {"title": title.strip(), "genres": [genre for genre in genres.split("|") if genre]}
    ratings = sorted(read_fields(source, "ratings.dat"), key=lambda rating: int(rating[3]))

    write_events(
        target,
        (
            {
                "user": f"u{user}",
                "item": f"tt{movie}",
                "type": "rating",
                "value": int(stars),
                "time": rfc3339(int(time)),
            }
            for user, movie, stars, time in ratings
        ),
    )
    write_objects(
        target / "items.jsonl",
        (film(movie, films[movie]) for movie in sorted({movie for _, movie, _, _ in ratings}) if movie in films),
    )
    shutil.copyfile(source / "LICENSE", target / "LICENSE")


def film(movie, known):
    row = {"id": f"tt{movie}", "title": known["title"], "categories": known["genres"]}
    if year := re.search(r"\((\d{4})\)$", known["title"]):
        row["attributes"] = {"year": int(year.group(1))}
    return row


# Banking77

QUESTIONS = {"train.csv": 10, "test.csv": 5}  # of each intent, the first ones of the file


def make_customer_questions(source, target):
    target.mkdir(parents=True, exist_ok=True)
    for name, most in QUESTIONS.items():
        with open_raw(source, name) as lines:
            rows = [(" ".join(row["text"].split()), row["category"]) for row in csv.DictReader(lines)]
        seen = Counter()
        with open(target / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["text", "intent"])
            for text, intent in rows:
                seen[intent] += 1
                if seen[intent] <= most:
                    writer.writerow([text, intent])


# Reading and writing


def open_raw(folder, name):
    plain = folder / name
    return open(plain, encoding="utf-8", newline="") if plain.exists() else lzma.open(
        folder / f"{name}.xz", "rt", encoding="utf-8", newline=""
    )


def read_table(folder, name):
    with open_raw(folder, name) as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_fields(folder, name):
    with open_raw(folder, name) as lines:
        return [line.rstrip("\r\n").split("::") for line in lines if line.strip()]


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_events(folder, events):
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(map(as_line, events))
    (folder / "events.jsonl.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def write_objects(path, objects):
    path.write_text("".join(map(as_line, objects)), encoding="utf-8")


def as_line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--online-retail", type=Path, help="folder with the raw files of Online Retail II")
    parser.add_argument("--movietweetings", type=Path, help="folder with the raw files of MovieTweetings")
    parser.add_argument("--banking77", type=Path, help="folder with the raw files of Banking77")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="default: beside this script")
    arguments = parser.parse_args()
    if arguments.online_retail:
        make_online_retail(arguments.online_retail, arguments.output / "online-retail")
    if arguments.movietweetings:
        make_movietweetings(arguments.movietweetings, arguments.output / "movietweetings")
    if arguments.banking77:
        make_customer_questions(arguments.banking77, arguments.output / "customer-questions")


if __name__ == "__main__":
    main()
