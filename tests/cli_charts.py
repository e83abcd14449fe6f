#!/usr/bin/env python3
"""Charts from the command line: the HTML report with its policy, --plot, and charts of the workbook.
Usage: cli_charts.py PATH/TO/mlsysim"""
import base64
import hashlib
import html.parser
import json
import re
import zipfile

import outside
from outside import check, expect, run_parts, write

EVIL = "<script>alert(1)</script> \"q\" 'p' &amp; <img src=x onerror=y>"
UNITS = "unit,definition,kind,differs,note\ns,,base,,\nUSD,,base,,\nkUSD,1000 USD,,,\n"
SOURCES = ("key,kind,title,authors,year,url,accessed\n"
           "good,book,Good,,2020,https://maker.example/?a=1&b='2,2026-01-02\n"
           "bad,book,Bad,,2020,javascript:alert(1),2026-01-02\n")
SHEET = f"""sheet money  # Money {EVIL}
input rent [USD]         = 300 in 0..1e5  # Rent {EVIL} @good @bad
input wage [USD]         = 900 in 0..1e5  # =1+1
table plan for month in 1..12  # By month
  spent [kUSD]           = prior(spent, 0 [kUSD]) + rent + wage  # Spent {EVIL}
output total [USD]       = rent + wage  # Both {EVIL}
check afford             = total <= 1000 [USD]  # Within {EVIL}
chart bars cost          = rent, wage  # =Cost {EVIL}
chart series course      = plan.spent  # Course
chart tornado swing      = rent, wage  # Swing
"""
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Reader(html.parser.HTMLParser):
    """Every element and attribute, and whether all that opens closes."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open, self.sound = [], [], [], True

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attr) for attr in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attr) for attr in attrs]

    def handle_endtag(self, tag):
        self.sound = self.sound and bool(self.open) and self.open.pop() == tag


def run(*words, **environment):
    return outside.run("run", "money", "--templates", "t", "--registry", "r", *words, **environment)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def prepare():
    write("t/money.sheet", SHEET)
    write("r/units.csv", UNITS)
    write("r/sources.csv", SOURCES)


def report():
    expect("html", run("-o", "a.html", "-o", "b.html"), 0, quiet=True)
    check("same bytes", read("a.html") == read("b.html"))
    text = read("a.html").decode()
    reader = Reader()
    reader.feed(text)
    check("all that opens closes", reader.sound and not reader.open, reader.open)
    known = set("html head meta title style body main h1 h2 h3 p div table thead tbody tr th td figure "
                "figcaption svg desc rect text line circle polyline details summary ul li b a".split())
    check("only known elements", set(reader.tags) <= known, set(reader.tags) - known)
    events = [each for each in reader.attributes if each[1].startswith("on") or each[1] == "style"]
    check("no handlers and no style of elements", not events, events)
    links = [each[2] for each in reader.attributes if each[1] in ("href", "src")]
    check("links lead to the web or to the sources",
          links and all(re.match(r"https?://|#source-", link) for link in links), links)
    check("an address of another kind is text", "javascript:alert(1)" in text and
          not any("javascript" in link for link in links), links)
    check("three pictures", reader.tags.count("svg") == 3)
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    wanted = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    check("the policy names the style", f"style-src 'sha256-{wanted}'" in text, wanted)
    check("and nothing else", "default-src 'none'; style-src 'sha256-" in text and
          "base-uri 'none'; form-action 'none'" in text)


def contrast(a, b):
    def light(color):
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colours():
    run("-o", "c.html")
    text = read("c.html").decode()
    for fill in set(re.findall(r"<text [^>]*fill=\"(#\w+)\"", text)):
        check(f"text {fill} on white", fill == "#ffffff" or contrast(fill, "#ffffff") >= 4.5)
    for fill in set(re.findall(r"<rect [^>]*fill=\"(#\w+)\"", text)) - {"#ffffff"}:
        check(f"white letters on {fill}", contrast(fill, "#ffffff") >= 4.5)


def plot():
    got = run("--plot", COLUMNS="60")
    expect("plot", got, 0, ["\nCourse (kUSD over month)\n", "  A  Spent ", "\n  =1+1\n"], quiet=True)
    drawn = got[1][got[1].index("\n=Cost"):]
    lines = [line for line in drawn.split("\n") if "alert" not in line]
    check("60 wide", max(map(len, lines)) == 60, max(lines, key=len))
    check("letters alone", "\x1b" not in got[1] and drawn.isascii())
    check("80 without a width", max(len(line) for line in run("--plot")[1].split("\n")
                                    if "alert" not in line) == 80)
    check("a width that is none", run("--plot", COLUMNS="-5")[1] == run("--plot")[1])
    write("two.csv", "name,unit,low,high\nrent,USD,1,2\n")
    got = run("two.csv", "--plot")
    check("of the first scenario", "\nCharts of the scenario low\n\n=Cost" in got[1], got)
    check("none unless asked", "Course" not in run()[1])


def workbook():
    expect("xlsx", run("-o", "a.xlsx"), 0, quiet=True)
    with zipfile.ZipFile("a.xlsx") as file:
        charts = [file.read(name).decode() for name in sorted(file.namelist())
                  if re.match(r"xl/charts/chart\d+\.xml", name)]
        drawing = file.read("xl/drawings/drawing1.xml").decode()
    check("three charts", len(charts) == 3)
    check("the title is text", "<a:t>'=Cost &lt;script&gt;" in charts[0] or
          "<a:t> =Cost &lt;script&gt;" in charts[0] or "=Cost &lt;script&gt;" in charts[0], charts[0])
    check("text for those who do not see it", drawing.count("descr=") == 3 and "<script" not in drawing)
    kept = [float(x) for x in re.findall(r"<c:v>([\d.]+)</c:v>", charts[1].split("<c:val>")[1])]
    check("numbers beside the chart", [round(x, 9) for x in kept] ==
          [round(1.2 * month, 9) for month in range(1, 13)], kept)


def description():
    got = outside.run("check", "money", "--json", "--templates", "t", "--registry", "r")
    expect("check --json", got, 0, quiet=True)
    lines = [line for line in json.loads(got[1])[0]["sheets"][0]["lines"] if line["kind"] == "chart"]
    check("kinds", [line["chart"] for line in lines] == ["bars", "series", "tornado"], lines)
    check("what is shown", [each["formula"] for each in lines[0]["shows"]] == ["rent", "wage"], lines)
    check("a column", lines[1]["shows"][0]["tree"]["means"]["line"] == "spent", lines[1])


run_parts(prepare, [report, colours, plot, workbook, description])
