#!/usr/bin/env python3
"""Shows what the memory of a site's template is worth: made-up sites, read without it and with it.

  template_sites.py [--binary target/release/benggala] [--pages 60] [--seed 7] [--keep FOLDER]
  template_sites.py --site FOLDER      the same over pages that another generator wrote: FOLDER holds
                                       <host>/…/*.html whose article stands in `.story__body`

Six sites in three languages, two themes each; benggala has no phrases of the third language. Their
template lines are written as ordinary paragraphs amid the text: a request for support, an invitation
to a channel, links with another title each time, counters, contacts, a note on the site as long as a
paragraph. Half-way one theme changes all of them. Traps stand beside them: the background of a running
story, a weekly column with its fixed headings, an agency's credit, a live page that is read six times
under one address, an article that comes twice.

The table gives, over the pages after the first ten: template lines left in the body, pages without
one, article text lost. Every page is read in the order in which the site published it.
"""
import argparse
import html
import json
import random
import re
import subprocess
import sys
from pathlib import Path

LEARNING = 10

LANGUAGES = {
    "id": {
        "who": ["Pedagang ikan di pasar lama", "Kepala sekolah dasar itu", "Para petani bawang", "Sopir angkutan kota", "Warga di tepi kali", "Pengrajin rotan", "Bidan di puskesmas", "Penjaga pintu air", "Pengurus koperasi", "Nelayan muda", "Peternak bebek", "Tukang kayu tua"],
        "did": ["mengeluhkan", "memperbaiki", "menunggu", "menolak", "mencatat", "menghitung ulang", "mengawasi", "menyetujui", "menanyakan", "membersihkan", "mengumumkan", "menunda"],
        "what": ["harga garam yang naik", "jembatan gantung di hulu", "bantuan bibit dari dinas", "aturan parkir yang baru", "saluran yang tersumbat", "upah harian para buruh", "jadwal kapal ke pulau", "rencana pasar malam", "sumur bersama di kampung", "gudang beras yang bocor", "iuran air bulanan", "lampu jalan yang padam"],
        "when": ["sejak Senin pagi", "sebelum hujan turun", "setelah rapat panjang", "pada akhir pekan lalu", "tanpa banyak bicara", "di depan kantor lurah", "bersama para tetangga", "selama dua pekan", "menjelang panen raya", "untuk ketiga kalinya", "di tengah angin kencang", "seusai salat Jumat"],
        "template": ["Tulisan di sini dibayar oleh pembaca, bukan oleh pengiklan. Rp 20.000 sebulan sudah menolong kami.", "Masuklah ke saluran kami, kabar datang lebih cepat di sana.", "{n} orang sudah membuka halaman ini", "Ada yang keliru? Tulis ke meja redaksi kami, lantai 3.", "Benggala Pos didirikan oleh tujuh wartawan yang kehilangan koran mereka; kini kami menulis dari sebuah rumah di tepi kali, dengan uang dari pembaca dan tanpa iklan rokok, dan setiap angka di sini kami periksa dua kali."],
        "changed": ["Kami pindah rumah! Simpan alamat baru situs ini di gawai Anda.", "Suara pembaca ditunggu sampai pukul {n} malam", "Situs ini hidup dari donasi; lihat laporan keuangannya di halaman belakang."],
        "link": "Sambil menunggu: ",
        "background": "Tanggul di hulu jebol pada bulan Januari dan merendam empat desa; sejak itu warga dan pemerintah kota berselisih tentang siapa yang harus membayar perbaikannya, dan perkara itu belum juga diputus oleh pengadilan.",
        "credit": "Laporan ini memakai bahan dari kantor berita Antaranusa.",
        "column": ["Yang naik", "Yang turun", "Yang ditunggu"],
    },
    "de": {
        "who": ["Die Fährleute am unteren Hafen", "Der Leiter des Freibads", "Zwei Imker aus dem Nachbardorf", "Die Frau vom Kiosk", "Ein pensionierter Lokführer", "Der Gemeinderat", "Die Hebammen im Kreis", "Ein Tischler in dritter Generation", "Die Schülerinnen der achten Klasse", "Der Wirt am Marktplatz", "Die Feuerwehr", "Eine Gruppe von Pendlern"],
        "did": ["beklagt", "prüft", "verschiebt", "verteidigt", "bezweifelt", "zählt", "sammelt", "verlangt", "bespricht", "unterstützt", "vermisst", "übernimmt"],
        "what": ["die neue Brücke über den Bach", "den späten Bus ins Tal", "das Geld für die Turnhalle", "die Regeln für den Wochenmarkt", "den Lärm aus dem Steinbruch", "die leeren Läden am Ring", "den Plan für ein Windrad", "die Suche nach einem Arzt", "das alte Stellwerk", "den Streit um die Linden", "die Pacht der Kleingärten", "den Zaun am Spielplatz"],
        "when": ["seit dem Frühjahr", "ohne Ergebnis", "vor dem ersten Schnee", "mit großer Geduld", "nach einer langen Sitzung", "am Rand des Stadtfests", "zum dritten Mal", "auf eigene Kosten", "gegen den Rat der Fachleute", "im kleinen Kreis", "bis zum Ende des Monats", "unter freiem Himmel"],
        "template": ["Dieser Text kostet Sie nichts, uns aber schon: Wer kann, gibt 4 Euro im Monat.", "Täglich um sieben schreibt Ihnen die Chefin vom Dienst einen Brief aus der Redaktion.", "{n} Menschen haben das heute gelesen", "Fehler gefunden? Die Schlussredaktion freut sich über Post.", "Das Talblatt gehört seinen vierhundert Genossinnen und Genossen, es druckt seit der Schließung der alten Zeitung jede Woche auf eigenem Papier, und wer Mitglied wird, bestimmt im Herbst mit, worüber wir im nächsten Jahr berichten."],
        "changed": ["Neu bei uns: Der Wetterbericht zum Hören, gesprochen vom Bäcker.", "Noch {n} Tage bis zum Lesertreffen im Gasthof", "Unsere Genossenschaft nimmt wieder Mitglieder auf; ein Anteil kostet fünfzig Euro."],
        "link": "Dazu passt: ",
        "background": "Im Januar war der Damm oberhalb der Stadt gebrochen und hatte vier Dörfer überflutet; seither streiten Anwohner und Verwaltung darüber, wer die Reparatur bezahlen muss, und ein Urteil des Gerichts steht noch immer aus.",
        "credit": "Mit Material der Agentur Nordlicht.",
        "column": ["Was stieg", "Was fiel", "Was kommt"],
    },
    "tr": {
        "who": ["Eski çarşıdaki kalaycı", "Köyün muhtarı", "Zeytin üreticileri", "Vapur iskelesindeki memur", "Mahallenin terzisi", "Genç bir arıcı", "Kasabanın tek eczacısı", "Okul servisi şoförleri", "Balıkçı kooperatifi", "Emekli bir öğretmen", "Pazar esnafı", "Değirmenin son ustası"],
        "did": ["bekliyor", "onarıyor", "anlatıyor", "sayıyor", "eleştiriyor", "topluyor", "savunuyor", "erteliyor", "inceliyor", "arıyor", "denetliyor", "duyuruyor"],
        "what": ["kuruyan dereyi", "yeni otobüs hattını", "çatısı akan okulu", "zeytin fiyatlarını", "limandaki kazıyı", "köprünün masrafını", "su faturalarını", "taş ocağının gürültüsünü", "kayıp defterleri", "sahildeki kaçak yapıyı", "kooperatifin borcunu", "hasat takvimini"],
        "when": ["pazartesiden beri", "ilk kardan önce", "uzun bir toplantıdan sonra", "komşularıyla birlikte", "hiç ses çıkarmadan", "kendi cebinden", "üçüncü kez", "rüzgâr dinmeden", "valiliğin önünde", "iki hafta boyunca", "bayram öncesinde", "herkesin gözü önünde"],
        "template": ["Bu sayfayı okurlar yaşatıyor; ayda 60 lira bir haberin yol parasıdır.", "Akşam bülteni her gün saat yedide kapınızda, kaydolmak bir dakika.", "Bugün {n} kişi okudu", "Yanlış mı var? Yazı işlerine bir satır bırakın.", "Kıyı Postası'nı, gazeteleri kapanan altı muhabir kurdu; haberlerimizi iskelenin üstündeki küçük bir odada yazıyor, her rakamı iki kez soruyor ve hiçbir şirketten para almadan yalnızca okurlarımızın desteğiyle yayımlıyoruz."],
        "changed": ["Adresimiz değişti, yeni sayfamızı telefonunuza kaydedin.", "Okur buluşmasına {n} gün kaldı", "Hesaplarımız açıktır; geçen yılın gelir ve giderini arka sayfada bulursunuz."],
        "link": "Yanında iyi gider: ",
        "background": "Kentin yukarısındaki bent ocak ayında yıkılmış, dört köyü su basmıştı; o günden beri halk ile belediye onarımın bedelini kimin ödeyeceğini tartışıyor ve mahkeme bu konuda hâlâ bir karar vermiş değil.",
        "credit": "Bu haberde Kuzey Ajansı'nın notlarından yararlanıldı.",
        "column": ["Artanlar", "Azalanlar", "Beklenenler"],
    },
}


class Writer:
    """Text of one language that is never the same twice."""

    def __init__(self, words, seed):
        self.words, self.random = words, random.Random(seed)

    def sentence(self):
        parts = [self.random.choice(self.words[key]) for key in ("who", "did", "what", "when")]
        return " ".join(parts) + f", {self.random.randint(2, 990)}. "

    def paragraph(self):
        return "".join(self.sentence() for _ in range(self.random.randint(2, 5))).strip()

    def title(self):
        return self.sentence().split(",")[0]


def stories(words, pages, seed):
    """(address, own paragraphs) in the order of publication, traps among them."""
    writer = Writer(words, seed)
    made, live = [], [writer.paragraph() for _ in range(6)]
    for k in range(pages):
        text = [writer.paragraph() for _ in range(writer.random.randint(5, 12))]
        address = f"story-{k}"
        if k % 5 == 2:
            text.insert(-2, words["background"])
        if k % 6 == 3:
            text.append(words["credit"])
        if k % 7 == 4:
            text = [line for part, head in zip((text[:2], text[2:4], text[4:]), words["column"]) for line in [head, *part]]
        if k % 9 == 5:
            live, address = [writer.paragraph(), *live[:7]], "live"
            text = live
        if k == pages // 3:
            address, text = f"story-{k}-again", made[-1][1]
        made.append((address, list(text)))
    return made


def planted(words, writer, changed, number):
    """Template lines of one page: where they stand (a share of the text), what they say, in HTML."""
    lines = words["changed"] if changed else words["template"]
    for at, line in zip((0.3, 1.0, 0.0, 1.0, 1.0), lines):
        # Some stand on every page, some on half of them.
        if writer.random.random() < (1.0 if at else 0.5):
            text = line.format(n=writer.random.randint(2, 99999))
            yield at, text, html.escape(text)
    title = writer.title()
    link = f'{html.escape(words["link"])}<a href="/a/{number}">{html.escape(title)}</a>'
    yield 0.6, words["link"] + title, link


def page(lang, theme, title, lines):
    """The HTML of a page; `lines` are its text and template lines, as HTML."""
    if theme == "plain":
        body = "\n".join(f"<p>{line}</p>" for line in lines)
        return f'<!doctype html><html lang="{lang}"><head><title>{title}</title></head><body><h1>{title}</h1><div class="c1">{body}</div></body></html>'
    body = "\n".join(f'<div class="row-{k % 3}"><p>{line}</p></div>' for k, line in enumerate(lines))
    return f'<!doctype html><html lang="{lang}"><head><title>{title}</title></head><body><main><article><header><h1>{title}</h1></header>{body}</article></main></body></html>'


def own_site(lang, theme, pages, seed):
    """One document a page: what `batch` is given, its own lines and its template's."""
    words = LANGUAGES[lang]
    writer = Writer(words, f"{seed}-{lang}-{theme}")
    host = f"{theme}.{lang}.example"
    for k, (address, text) in enumerate(stories(words, pages, f"{seed}/{lang}/{theme}")):
        changed = theme == "rows" and k >= pages // 2
        lines = [(place / len(text), html.escape(line)) for place, line in enumerate(text)]
        template = list(planted(words, writer, changed, k))
        lines += [(at, line) for at, _, line in template]
        lines.sort(key=lambda line: line[0])
        document = page(lang, theme, html.escape(writer.title()), [line for _, line in lines])
        yield {"site": host, "id": f"{host}/{k}", "url": f"https://{host}/{address}", "html": document, "own": text, "template": [line for _, line, _ in template], "counts": k >= LEARNING and not (changed and k < pages // 2 + LEARNING)}


def other_site(folder):
    """Pages of another generator: what stands in the story's box is its own."""
    for host in sorted(p for p in Path(folder).iterdir() if p.is_dir()):
        for k, file in enumerate(sorted(host.glob("2*/**/*.html"), reverse=True)):
            document = file.read_text(encoding="utf8")
            inside = document.split('class="story__body">', 1)[-1].split("</div></article>", 1)[0]
            own = [plain(line) for line in re.findall(r"<p[^>]*>(.*?)</p>", inside, re.S)]
            rest = document.replace(inside, "")
            rest = re.sub(r"<(script|style)\b.*?</\1>", "", rest.split("</head>", 1)[-1], flags=re.S)
            template = [line for line in map(plain, re.findall(r"<(?:p|li|h3|div class=\"byline\")[^>]*>(.*?)</", rest, re.S)) if line]
            yield {"site": host.name, "id": str(file), "url": f"http://{host.name}/{file.name}", "html": document, "own": own, "template": template, "counts": k >= LEARNING}


def plain(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def read(binary, documents, *options):
    given = "".join(json.dumps({key: d[key] for key in ("id", "url", "html")}) + "\n" for d in documents)
    command = [binary, "batch", "--fields", "id,body,verdict,scores", *options]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(documents, answers):
    lines = kept = clean = pages = own = lost = 0
    for document, answer in zip(documents, answers):
        if not document["counts"]:
            continue
        body = {" ".join(line.split()) for line in (answer.get("body") or "").split("\n")}
        left = sum(line in body for line in document["template"])
        lines += len(document["template"])
        kept += left
        pages += 1
        clean += left == 0
        own += sum(len(line) for line in document["own"])
        lost += sum(len(line) for line in document["own"] if " ".join(line.split()) not in body)
    return pages, 100 * (1 - kept / max(1, lines)), 100 * clean / max(1, pages), 100 * lost / max(1, own)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--site", metavar="FOLDER")
    parser.add_argument("--keep", metavar="FOLDER", help="write what was read and what came of it")
    options = parser.parse_args()
    if options.site:
        documents = list(other_site(options.site))
    else:
        documents = [d for lang in LANGUAGES for theme in ("plain", "rows") for d in own_site(lang, theme, options.pages, options.seed)]
    before = read(options.binary, documents)
    after = read(options.binary, documents, "--learn")
    if options.keep:
        with open(Path(options.keep) / "sites.jsonl", "w", encoding="utf8") as kept:
            for document, old, new in zip(documents, before, after):
                kept.write(json.dumps({**document, "before": old, "after": new}, ensure_ascii=False) + "\n")
    print(f"{'site':<22}{'pages':>6}{'template lines kept out, %':>30}{'clean pages, %':>22}{'article text lost, %':>26}")
    print(f"{'':<28}{'without':>18}{'with':>12}{'without':>12}{'with':>10}{'without':>15}{'with':>11}")
    for site in [*sorted({d["site"] for d in documents}), "all"]:
        chosen = [k for k, d in enumerate(documents) if site in (d["site"], "all")]
        (pages, *old), (_, *new) = (measure([documents[k] for k in chosen], [answers[k] for k in chosen]) for answers in (before, after))
        print(f"{site:<22}{pages:>6}{old[0]:>18.1f}{new[0]:>12.1f}{old[1]:>12.1f}{new[1]:>10.1f}{old[2]:>15.2f}{new[2]:>11.2f}")


if __name__ == "__main__":
    sys.exit(main())
