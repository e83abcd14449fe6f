#!/usr/bin/env python3
"""mlsysim lsp as an editor uses it: errors while typing, hover, definition, completion, layout; and
messages that are none. Usage: lsp.py PATH/TO/mlsysim"""
import json
import os
import random
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
               if name in os.environ}
failures, passed = [], 0

FLEET = """sheet fleet  # A fleet
input hw                 = H100 in hardware                 # Chip @nvidia_h100
input gpus [GPU]         = 8 in 1..1e6 by 1                 # Accelerators owned

table plan for month in 1..12
  cost [kUSD]            = month * 2 [kUSD] * share         # Paid
  share                  = 0.5
note_text                = if("é𝄞" == "b", 1, gpus)         # é 𝄞 @nvidia_h100
use ring                 = ring_all_reduce(ranks = gpus)
total [kUSD]             = sum(plan.cost)
wait [ms]                = ring.time
check fits               = gpus <= 4 [GPU]                  # Few
power [W]                = hw.tdp * gpus
"""


def check(name, good, *told):
    global passed
    if good:
        passed += 1
    else:
        failures.append(name)
        print(f"{name}: {told}")


class Editor:
    def __init__(self):
        self.process = subprocess.Popen([BINARY, "lsp"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=ENVIRONMENT)
        self.number = 0

    def raw(self, body):
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def send(self, method, params, **more):
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        self.raw(json.dumps(message, ensure_ascii=random.random() < 0.5).encode())

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()):
            length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length).decode(errors="replace")) if length else None

    def ask(self, method, params):
        self.number += 1
        self.send(method, params, id=self.number)
        answer = self.receive()
        check(f"{method}: its own answer", answer and answer.get("id") == self.number, answer)
        return answer.get("result", answer.get("error"))

    def told(self, method, uri, **more):
        """The errors that the editor hears after opening or changing a sheet."""
        self.send(method, {"textDocument": {"uri": uri, "version": 1, **more.pop("document", {})},
                           **more})
        heard = self.receive()
        check(f"{method}: about its sheet", heard["params"]["uri"] == uri, heard)
        return heard["params"]["diagnostics"]

    def change(self, uri, text):
        return self.told("textDocument/didChange", uri, contentChanges=[{"text": text}])

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(60)
        check("nothing on stderr", not self.process.stderr.read())
        self.process.stdout.close()
        self.process.stderr.close()
        return status


def place(text, part, inner=0):
    """Line and UTF-16 unit of the first `part`."""
    at = text.index(part) + inner
    line = text.count("\n", 0, at)
    units = len(text[text.rfind("\n", 0, at) + 1:at].encode("utf-16-le")) // 2
    return {"line": line, "character": units}


def cut(text, span):
    """The text of a range in one line."""
    line = text.split("\n")[span["start"]["line"]].encode("utf-16-le")
    return line[2 * span["start"]["character"]:2 * span["end"]["character"]].decode("utf-16-le")


def talk(editor, uri):
    def ask(what, text, part, inner=0):
        return editor.ask(f"textDocument/{what}", {"textDocument": {"uri": uri},
                                                   "position": place(text, part, inner)})

    def hover(part, inner, *wanted):
        got = ask("hover", FLEET, part, inner)
        text = got["contents"]["value"] if got else ""
        check(f"hover {part}", got and all(each in text for each in wanted), got)

    def defined(part, inner, wanted):
        got = ask("definition", FLEET, part, inner)
        check(f"definition {part}", got and got["uri"] == uri and
              got["range"]["start"] == place(FLEET, wanted, wanted.rfind(" ") + 1), got)

    def offers(before, *wanted):
        text = FLEET + before
        editor.change(uri, text)
        got = editor.ask("textDocument/completion", {
            "textDocument": {"uri": uri},
            "position": {"line": text.count("\n"), "character": len(before)}})
        labels = [each["label"] for each in got]
        check(f"completion {before}", set(wanted) <= set(labels), labels[:50])
        check(f"completion {before}: each once", len(labels) == len(set(labels)), labels)

    got = editor.ask("initialize", {"capabilities": {}, "processId": None})
    check("capabilities", got["capabilities"]["hoverProvider"] is True, got)
    editor.send("initialized", {})
    got = editor.told("textDocument/didOpen", uri, document={"languageId": "mlsysim", "text": FLEET})
    check("a false check is information", len(got) == 1 and got[0]["severity"] == 3 and
          got[0]["range"]["start"]["line"] == place(FLEET, "check fits")["line"] and
          "8" in got[0]["message"] and "4" in got[0]["message"], got)

    hover("gpus <=", 1, "**gpus** = 8", "Accelerators owned", "input")
    hover("ring.time", 6, "**ring.time** = ", " ms", "`wire_time + wait_time`", "output")
    hover("hw.tdp", 4, "**hw.tdp** = 700 W")
    hover("month * 2", 2, "**plan.month**")
    hover("cost [kUSD]", 2, "**plan.cost**", "kUSD", "`month * 2 [kUSD] * share`")
    hover("* share", 3, "**plan.share** = 12 rows, each 0.5")
    hover("sum(", 1, "**sum(...)**", "Example")
    hover("kUSD]", 1, "**kUSD** = 1000 USD")
    hover("@nvidia_h100", 3, "**@nvidia_h100**", "NVIDIA")
    hover("𝄞 @nvidia_h100", 6, "**@nvidia_h100**")
    hover(", 1, gpus)", 6, "**gpus**")
    check("hover on nothing", ask("hover", FLEET, "Few") is None)
    check("hover in a text", ask("hover", FLEET, '"b"', 1) is None)
    defined("= gpus)", 3, "input gpus")
    defined("sum(plan.cost", 10, "  cost")
    defined("sum(plan.cost", 6, "table plan")
    defined("* share", 3, "  share")
    defined("ring.time", 1, "use ring")
    defined("hw.tdp", 4, "input hw")
    defined("hw.tdp", 1, "input hw")
    got = ask("definition", FLEET, "ring.time", 6)
    check("definition in a used sheet", got and got["uri"].endswith("/ring_all_reduce.sheet"), got)
    check("no definition", ask("definition", FLEET, "[ms]", 1) is None)

    offers("x = ", "gpus", "plan", "ring", "total", "sum", "normal_cdf")
    offers("", "input", "use", "chart", "gpus")
    offers("x = hw.", "tdp", "memory_bandwidth", "price", "flops.fp8")
    offers("x = ring.ti", "time", "steps", "ranks")
    offers("x = plan.", "cost", "share")
    offers("x [", "ms", "GB", "token")
    offers("x = 1 # See @nv", "nvidia_h100")

    editor.change(uri, "sheet fleet\nx = (\n")
    got = editor.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}})
    check("no layout for a wrong sheet", got is None, got)
    messy = "sheet fleet\n\nx=1#é\n"
    check("sound again", editor.change(uri, messy) == [])
    got = editor.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}})
    check("layout", got and got[0]["newText"] ==
          "sheet fleet\n\nx                        = 1" + 32 * " " + "# é\n", got)

    wrong = 'sheet fleet\nx = "é𝄞" + yy\nz = 1 +\nw = 1 [parsec]\n'
    got = editor.change(uri, wrong)
    check("errors", [(each["severity"], cut(wrong, each["range"])) for each in got] ==
          [(1, "yy"), (1, ""), (1, "parsec")], got)
    check("their texts", "name:" in got[0]["message"] and "syntax:" in got[1]["message"], got)
    got = editor.change(uri, "sheet fleet\nuse a = serving(nothing = 1)\n")
    check("error in a bind", len(got) == 1 and got[0]["range"]["start"]["line"] == 1, got)
    check("the name of the file", "must agree" in editor.change(uri, "sheet boat\n")[0]["message"])
    check("closed", editor.told("textDocument/didClose", uri) == [])
    got = editor.ask("textDocument/hover", {"textDocument": {"uri": uri},
                                            "position": {"line": 0, "character": 0}})
    check("a sheet that is not open", got is None, got)


def stray(editor):
    editor.raw(b"{")
    check("no JSON", editor.receive()["error"]["code"] == -32700)
    editor.raw(b'[' * 100000)
    check("too deep", editor.receive()["error"]["code"] == -32700)
    check("no such method", editor.ask("no/such", {})["code"] == -32601)
    editor.raw(b'{"jsonrpc":"2.0","id":"a\\"\\u00e9\\ud834\\udd1e","method":"no"}')
    check("a text as id", editor.receive()["id"] == 'a"é𝄞')
    for body in (b"[]", b"1", b'"x"', b"null", b'{"method":"textDocument/didChange"}',
                 b'{"method":"textDocument/didOpen","params":{"textDocument":{"uri":5}}}',
                 b'{"method":"$/setTrace","params":{"value":"off"}}', b'{"id":1,"result":null}'):
        editor.raw(body)
    huge = {"line": 999999999999, "character": 999999999999}
    uri = "untitled:1"
    check("untitled", editor.told("textDocument/didOpen", uri,
                                  document={"text": "sheet a\nx = 1\n"}) == [])
    for what in ("hover", "definition", "completion"):
        editor.ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": huge})
    random.seed(1)
    sample = json.dumps({"id": 1, "method": "é", "params": [{"a": -1.5e3, "b": "\n𝄞"}, None, True]})
    for _ in range(300):  # messages with something wrong in them
        damaged = bytearray(sample.encode())
        for _ in range(random.randrange(3)):
            damaged[random.randrange(len(damaged))] = random.choice(b'{}[]":,\\\0u8a\xff ')
        editor.raw(bytes(damaged[:random.choice([len(damaged), random.randrange(len(damaged)) + 1])]))
    editor.raw(b'{"id":"end","method":"no"}')
    while editor.receive()["id"] != "end":
        pass
    for _ in range(60):  # what somebody types: any part of a sheet, with something in it
        at, to = sorted(random.randrange(len(FLEET)) for _ in range(2))
        text = FLEET[:at] + random.choice(["", "é", "(", '"', "#", "[", "\r", "𝄞", "\t"]) + FLEET[to:]
        editor.change(uri, text)
        where = {"line": random.randrange(20), "character": random.randrange(90)}
        for what in ("hover", "definition", "completion"):
            editor.ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": where})


with tempfile.TemporaryDirectory() as folder:
    first = Editor()
    talk(first, "file://" + folder + "/fleet.sheet")
    check("shutdown", first.ask("shutdown", None) is None)
    first.send("exit", None)
    check("exit", first.end() == 0)
    second = Editor()
    stray(second)
    check("the end of the input", second.end() == 2)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
