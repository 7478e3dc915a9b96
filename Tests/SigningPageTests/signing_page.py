"""Works config/signing.html in headless Chromium as a person would, and holds it against ssh-keygen and zbarimg.

    /usr/bin/python3 signing_page.py PAGE SCRATCH_FOLDER

Prints one JSON object per step; exits 0 only where every step holds. Debian packages: chromium, chromium-driver,
python3-selenium, zbar-tools, openssh-client. Screenshots stay in SCRATCH_FOLDER/screenshots.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LONGEST_WAIT = 20
LONGEST_RUN = 240
NAMESPACE = "limits@vall-clara"
DECISION = """---
number: 4
community: vall-clara
assembly: 2026-11-01
decided: by consent, 33 of 38 present
in_force_from: 2026-11-02
review_by: 2027-10-31
limits: []
---
El agua del depósito es de todas. The tank is never emptied — not even in August.
"""


class Failure(Exception):
    """What did not hold."""


def expect(holds, reason):
    if not holds:
        raise Failure(reason)


def expect_equal(found, wanted, what):
    expect(found == wanted, f"{what}: found {found!r}, wanted {wanted!r}")


def run(*command, stdin=None):
    """What a program prints; a Failure where it exits other than 0."""
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=LONGEST_WAIT, check=False)
    expect(done.returncode == 0, f"{command} exited {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def await_that(condition, what):
    """Polls until the condition gives something true, and returns that."""
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Failure(f"waited {LONGEST_WAIT} s in vain for {what}")


class Page:
    """The page in a browser of its own."""

    def __init__(self, scratch, language="en-US"):
        self.downloads = scratch / "downloads"
        self.downloads.mkdir(parents=True, exist_ok=True)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--lang={language}", f"--user-data-dir={scratch / ('profile-' + language)}",
        ):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {
            "download.default_directory": str(self.downloads), "download.prompt_for_download": False,
            "profile.default_content_setting_values.automatic_downloads": 1, "intl.accept_languages": language,
        })
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(LONGEST_WAIT)
        self.driver.set_script_timeout(LONGEST_WAIT)
        self.requests = []
        self.complaints = []

    def open(self, path, width=1280, height=900):
        # In a headless window the least width is that of a window's frame; so the measure is set inside it.
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 2 if width < 600 else 1, "mobile": width < 600})
        self.driver.get(path.resolve().as_uri())

    def element(self, name):
        return self.driver.find_element(By.ID, name)

    def text(self, name):
        return self.element(name).text

    def value(self, name):
        return self.element(name).get_property("value")

    def click(self, name):
        self.element(name).click()

    def type(self, name, text):
        field = self.element(name)
        field.clear()
        field.send_keys(text)

    def press(self, key):
        """A key pressed wherever the focus is."""
        ActionChains(self.driver).send_keys(key).perform()

    def choose(self, name, path):
        """Chooses a file, and waits until the page has read it."""
        self.element(name).send_keys(str(path))
        await_that(lambda: self.driver.execute_script(
            "return document.getElementById(arguments[0]).value === ''"
            " && document.getElementById(arguments[0]).parentElement.querySelector('.chosen').textContent"
            " === arguments[1]", name, path.name), f"{path.name} to be read")

    def message(self, name, begin):
        """The text in a result box, once it begins as wanted."""
        try:
            await_that(lambda: self.text(name).startswith(begin), "the message")
        except Failure as error:
            raise Failure(f"{name} says {self.text(name)!r}, wanted {begin!r}") from error
        return self.text(name)

    def download(self, button, name):
        """Clicks a button that saves, and returns the bytes saved."""
        path = self.downloads / name
        path.unlink(missing_ok=True)
        self.click(button)
        await_that(lambda: path.exists() and path.stat().st_size > 0
                   and not list(self.downloads.glob("*.crdownload")), f"{name} to be saved")
        return path

    def collect(self):
        """Takes in what the browser has logged since the last call."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                details = message["params"]
                self.requests.append(details.get("request", details)["url"])
        self.complaints += [entry["message"] for entry in self.driver.get_log("browser")]

    def screenshot(self, path):
        """The whole page, not only what the window shows."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}})
        path.write_bytes(base64.b64decode(shot["data"]))

    def quit(self):
        self.driver.quit()


class Trial:
    """The steps, in the order in which they build on one another."""

    def __init__(self, page_path, scratch):
        self.page_path = page_path
        self.scratch = scratch
        self.shots = scratch / "screenshots"
        self.shots.mkdir(parents=True, exist_ok=True)
        self.decision = self.file("0004.md", DECISION.encode())
        self.page = Page(scratch)
        self.browsers = [self.page]

    def file(self, name, content):
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def keygen(self, name, comment, *more):
        path = self.scratch / name
        for old in (path, Path(f"{path}.pub")):
            old.unlink(missing_ok=True)
        run("ssh-keygen", "-q", *(more or ("-t", "ed25519", "-N", "")), "-C", comment, "-f", str(path))
        return path

    def sign_by_keygen(self, key, path, namespace=NAMESPACE):
        """Through standard input, so that nothing is written beside the file."""
        return run("ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, stdin=path.read_bytes()).decode()

    # (a)
    def make_key_and_sign(self):
        page = self.page
        page.open(self.page_path)
        expect_equal(page.text("trouble"), "", "trouble at the start")
        for name in ("", "Rosa", "rosa vidal", "-rosa", "rosa--vidal", "peña"):
            page.type("name", name)
            page.click("make")
            page.message("key-result", "This name cannot be used")
        page.click("sign")
        page.message("sign-result", "First make or open your key")
        page.type("name", "rosa-2")
        page.click("make")
        page.message("key-result", "Your key is made. It is not saved yet")
        page.click("make")
        page.message("key-result", "There is a new key that is not saved")
        key = page.download("save-key", "rosa-2.key")
        public = page.download("save-public", "rosa-2.pub")
        key.chmod(0o600)
        expect_equal(run("ssh-keygen", "-y", "-f", str(key)).decode().strip(), page.text("public-line"), "public line")
        expect_equal(public.read_text(), page.text("public-line") + "\n", "public file")
        listed = run("ssh-keygen", "-lf", str(public)).decode().split()
        expect_equal(listed[1:3], [page.text("fingerprint"), "rosa-2"], "fingerprint")

        page.click("sign")
        page.message("sign-result", "First choose the decision")
        page.choose("decision-file", self.decision)
        page.message("decision-result", "The file is in order")
        digest = hashlib.sha256(self.decision.read_bytes()).hexdigest()
        groups = re.findall("....", digest)
        expect_equal(page.text("digest"), " ".join(groups[:8]) + "\n" + " ".join(groups[8:]), "check number")
        expect_equal(page.text("namespace"), NAMESPACE, "namespace")
        expect_equal(page.text("decision-name"), self.decision.name, "file name")
        expect_equal(page.text("decision-size"), str(len(self.decision.read_bytes())), "size")
        expect_equal(page.element("decision-text").get_property("textContent"), DECISION, "text shown")
        page.click("sign")
        page.message("sign-result", "rosa-2 has signed 0004.md")
        signature = page.download("save-signature", "rosa-2.sig")
        expect_equal(signature.read_text(), page.value("signature"), "signature saved")
        signers = self.file("allowed_signers", f"rosa-2 {page.text('public-line')}\n".encode())
        said = run("ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "rosa-2", "-n", NAMESPACE,
                   "-s", str(signature), stdin=self.decision.read_bytes()).decode().strip()
        expect(said.startswith("Good"), said)

        # Copied is what is pasted.
        page.click("copy")
        page.message("hand-result", "Copied")
        page.element("check-signature").send_keys(Keys.CONTROL, "v")
        expect_equal(page.value("check-signature"), page.value("signature"), "pasted signature")
        page.element("check-signature").clear()

        # The key file opens again, and another choice takes the old signature off the screen.
        fingerprint = page.text("fingerprint")
        page.click("forget")
        page.message("key-result", "The key is no longer in this page")
        expect(not page.element("key-panel").is_displayed(), "the key is still shown after it was taken out")
        expect(not page.element("signature-panel").is_displayed(), "a signature is shown without its key")
        page.choose("key-file", key)
        page.message("key-result", "The key from rosa-2.key is open")
        expect_equal(page.text("fingerprint"), fingerprint, "fingerprint of the key opened again")
        return {"verify": said, "fingerprint": fingerprint}

    # (b)
    def same_as_keygen(self):
        page, compared = self.page, []
        # Comments of several lengths go through every padding of the format.
        for file_name, comment, name in [
            ("berta.key", "berta", "berta"), ("id_ed25519", "carla@laptop", "carla"), ("dolors", "", "dolors"),
            ("e.key", "Ève Øst", "e"),
        ] + [(f"pad{length}.key", "p" * length, "p" * length) for length in range(1, 9)]:
            key = self.keygen(file_name, comment)
            page.choose("key-file", key)
            page.message("key-result", f"The key from {file_name} is open")
            expect_equal(page.text("key-name"), name, f"name of the key {file_name} with comment {comment!r}")
            expect_equal(page.text("public-line"), Path(f"{key}.pub").read_text().strip(), "public line")
            page.click("sign")
            page.message("sign-result", f"{name} has signed")
            expect_equal(page.value("signature"), self.sign_by_keygen(key, self.decision), f"signature by {file_name}")
            compared.append(file_name)
        return {"same_bytes": compared}

    # (c)
    def check(self, path, signature, public_line, begin):
        page = self.page
        page.choose("check-file", path)
        if isinstance(signature, Path):
            page.choose("check-signature-file", signature)
        else:
            page.driver.execute_script("arguments[0].value = ''", page.element("check-signature"))
            page.element("check-signature").send_keys(signature)
        page.type("check-key", public_line)
        page.click("check")
        return page.message("check-result", begin)

    def check_signatures(self):
        page = self.page
        page.click("check")
        page.message("check-result", "First choose the decision")
        key = self.keygen("francesca.key", "francesca")
        line = Path(f"{key}.pub").read_text().strip()
        other = Path(f"{self.keygen('gemma.key', 'gemma')}.pub").read_text().strip()
        text = self.sign_by_keygen(key, self.decision)
        path = self.file("francesca.sig", text.encode())
        damaged = "Not valid: the signature is damaged"
        otherwise = "Not valid: the signature was made in another way"
        said = [
            self.check(self.decision, path, line, "Valid. The owner of this key signed 0004.md for " + NAMESPACE),
            self.check(self.decision, text, line, "Valid."),
            self.check(self.decision, text.replace("\n", "\r\n"), f"francesca {line}", "Valid."),
        ]
        changed = self.file("changed/0004.md", DECISION.replace("never", "seldom").encode())
        foreign = self.sign_by_keygen(key, self.decision, "limits@other-place")
        raw = bytearray(base64.b64decode("".join(text.splitlines()[1:-1])))
        raw[-40] ^= 1
        flipped = "-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(raw).decode() + "\n-----END SSH SIGNATURE-----\n"
        sha256 = run("ssh-keygen", "-q", "-Y", "sign", "-O", "hashalg=sha256", "-f", str(key), "-n", NAMESPACE,
                     stdin=self.decision.read_bytes()).decode()
        rsa = self.keygen("rsa", "rsa", "-t", "rsa", "-b", "2048", "-N", "")
        refused = [
            self.check(changed, text, line, "Not valid: the signature does not fit 0004.md"),
            self.check(self.decision, foreign, line, "Not valid: it was signed for limits@other-place"),
            self.check(self.decision, text, other, "Not valid: another key signed this"),
            self.check(self.decision, text[:200], line, damaged),
            self.check(self.decision, text.replace("U1NIU0lH", "U1NIU0lI"), line, damaged),
            self.check(self.decision, flipped, line, "Not valid: "),
            self.check(self.decision, sha256, line, otherwise),
            self.check(self.decision, self.sign_by_keygen(rsa, self.decision), line, otherwise),
            self.check(self.decision, text, "ssh-rsa AAAAB3NzaC1yc2E=", "The public line cannot be read"),
        ]
        page.choose("check-key-file", Path(f"{key}.pub"))
        page.click("check")
        said.append(page.message("check-result", "Valid."))
        return {"valid": said, "refused": refused}

    def refuse_key_files(self):
        page = self.page
        encrypted = self.keygen("encrypted", "locked", "-t", "ed25519", "-N", "correct horse")
        damaged = self.keygen("damaged", "damaged")
        lines = damaged.read_text().splitlines()
        whole = bytearray(base64.b64decode("".join(lines[1:-1])))
        seed_at = bytes(whole).index(struct.pack(">I", 64)) + 4
        whole[seed_at] ^= 1
        digits = base64.b64encode(whole).decode()
        wrong_pair = self.file("wrong-pair.key", "\n".join([lines[0], digits, lines[-1], ""]).encode())
        short = self.file("short.key", "\n".join([lines[0], digits[:80], lines[-1], ""]).encode())
        cases = [
            (encrypted, "This key file has a password"), (Path(f"{damaged}.pub"), "This is the public line"),
            (self.scratch / "rsa", "This is a key of another kind"), (self.decision, "There is no key in this file"),
            (wrong_pair, "This key file is damaged"), (short, "This key file is damaged"),
        ]
        said = []
        for path, begin in cases:
            page.choose("key-file", path)
            said.append(page.message("key-result", begin))
            expect(not page.element("key-panel").is_displayed(), f"{path.name} was refused and yet a key is shown")
        return {"refused": said}

    # (d)
    def refuse_files(self):
        page, said = self.page, []
        page.choose("key-file", self.scratch / "berta.key")
        cases = [
            ("crlf.md", DECISION.replace("\n", "\r\n").encode(), "Refused: crlf.md has Windows line ends"),
            ("bom.md", b"\xef\xbb\xbf" + DECISION.encode(), "Refused: bom.md begins with an invisible mark"),
            ("latin.md", DECISION.replace("—", "-").encode("latin-1"), "Refused: latin.md is not plain text"),
            ("pieces.md", DECISION.replace("never", "n\u0065\u0301ver").encode(), "Refused: pieces.md has letters and"),
            ("open.md", DECISION.rstrip("\n").encode(), "Refused: the last line of open.md has no end"),
            ("nobody.md", DECISION.replace("community: vall-clara\n", "").encode(), "Refused: nobody.md does not say"),
            ("twice.md", DECISION.replace("number: 4", "community: other").encode(), "Refused: twice.md does not say"),
            ("below.md", b"---\nnumber: 4\n---\ncommunity: vall-clara\n", "Refused: below.md does not say"),
            ("empty.md", b"", "Refused: the last line of empty.md has no end"),
            ("large.md", DECISION.encode() + b"x" * 262144 + b"\n", "Refused: large.md is too large"),
        ]
        for name, content, begin in cases:
            page.choose("decision-file", self.decision)
            page.message("decision-result", "The file is in order")
            page.choose("decision-file", self.file(name, content))
            said.append(page.message("decision-result", begin))
            expect(not page.element("decision-panel").is_displayed(), f"{name} was refused and yet is shown")
            page.click("sign")
            page.message("sign-result", "First choose the decision")
        expect_equal(len({re.sub(r"\S+\.md", "", text) for text in said}), 7, "different reasons")
        hidden = self.file("hidden.md", DECISION.replace("never", "ne\u202ever\u200b").encode())
        page.choose("decision-file", hidden)
        said.append(page.message("decision-result", "The file is in order"))
        expect("signs that nobody sees (2)" in said[-1], said[-1])
        expect("ne⟦U+202E⟧ver⟦U+200B⟧" in page.text("decision-text"), "hidden signs are not written out")
        for community in ('"vall-clara"', "'vall-clara'", "vall-clara  # ours"):
            text = DECISION.replace("community: vall-clara", f"community: {community}")
            page.choose("decision-file", self.file("quoted.md", text.encode()))
            page.message("decision-result", "The file is in order")
            expect_equal(page.text("namespace"), NAMESPACE, f"namespace of community: {community}")
        return {"refused": said}

    # (e)
    def read_codes(self):
        page, read = self.page, []
        for width, community in ((390, "vall-clara"), (1280, "vall-clara"), (390, "c"), (1280, "c" * 64)):
            page.open(self.page_path, width=width)
            page.choose("key-file", self.scratch / "berta.key")
            page.message("key-result", "The key from")
            path = self.file(f"community-{len(community)}.md", DECISION.replace("vall-clara", community).encode())
            page.choose("decision-file", path)
            page.message("decision-result", "The file is in order")
            page.click("sign")
            page.message("sign-result", "berta has signed")
            picture = page.driver.find_element(By.CSS_SELECTOR, "#qr svg")
            shot = self.shots / f"qr-{width}-{len(community)}.png"
            shot.write_bytes(base64.b64decode(picture.screenshot_as_base64))
            found = run("zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", str(shot)).decode()
            # With --oneshot, zbarimg adds no line end of its own.
            expect_equal(found, page.value("signature"), f"QR code at width {width}")
            modules = int(page.driver.execute_script("return arguments[0].viewBox.baseVal.width", picture)) - 8
            read.append({"width": width, "bytes": len(found), "version": (modules - 17) // 4,
                         "pixels_per_module": round(picture.size["width"] / (modules + 8), 2)})
        return {"read": read}

    def compute_like_others(self):
        """What few decisions reach: every padding of the hashes, every version of QR codes, and forged signatures."""
        script = self.page.driver.execute_script
        for length in range(0, 260):
            message = bytes(index * 7 % 256 for index in range(length))
            found = script(
                "const m = Uint8Array.from(arguments[0]); return [hex(sha256(m)), hex(sha512(m))]", list(message))
            wanted = [hashlib.sha256(message).hexdigest(), hashlib.sha512(message).hexdigest()]
            expect_equal(found, wanted, f"hashes of {length} bytes")
        sizes = {}
        for length in [*range(5, 660, 8), 666, 667, 858]:
            text = ("Vall Clara; " * 80)[:length - 1] + "."
            rows = script("const c = qrCode(utf8(arguments[0])); return c.map((row) => Array.from(row))", text)
            sizes.setdefault(len(rows), text)
            if sizes[len(rows)] is not text and length < 666:
                continue
            side, scale = len(rows) + 8, 4
            image = bytearray(b"\xff" * (side * scale) ** 2)
            for y in range(len(rows) * scale):
                for x in range(len(rows) * scale):
                    if rows[y // scale][x // scale]:
                        image[(y + 4 * scale) * side * scale + x + 4 * scale] = 0
            path = self.file("symbol.pgm", f"P5 {side * scale} {side * scale} 255\n".encode() + bytes(image))
            found = run("zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", str(path)).decode()
            expect_equal(found, text, f"QR code of {length} bytes")
        expect_equal(sorted(sizes), list(range(21, 98, 4)), "sizes of QR codes")
        expect(script("return qrCode(new Uint8Array(859)) === null"), "a QR code holds more than it can")
        expect(script("""
            const seed = new Uint8Array(32).fill(7), message = utf8("m");
            const { publicKey } = expandSeed(seed);
            const signature = ed25519Sign(seed, message);
            const s = littleEndian(signature.subarray(32));
            const forged = concat(signature.subarray(0, 32), toLittleEndian(s + ORDER, 32));
            return ed25519Verify(publicKey, message, signature) && !ed25519Verify(publicKey, message, forged);
        """), "a signature with S + L is taken (RFC 8032, 5.1.7)")
        return {"versions": len(sizes)}

    # (f)
    VISIBLE = """
        const found = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const parent = walker.currentNode.parentElement;
          const text = walker.currentNode.textContent.trim();
          if (!text || parent.closest('script, [data-data], .languages, .chosen')) continue;
          if (parent.getClientRects().length === 0) continue;
          found.push(text);
        }
        for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
          for (const element of document.querySelectorAll(`[${name}]`)) found.push(element.getAttribute(name));
        }
        found.push(document.title);
        return found;
    """

    def compare_languages(self, where):
        page = self.page
        page.click("lang-en")
        english = page.driver.execute_script(self.VISIBLE)
        page.click("lang-es")
        expect_equal(page.driver.execute_script("return document.documentElement.lang"), "es", "lang")
        spanish = page.driver.execute_script(self.VISIBLE)
        expect_equal(len(spanish), len(english), f"number of strings, {where}")
        same = [one for one, other in zip(english, spanish) if one == other]
        expect_equal(same, [], f"strings alike in both languages, {where}")
        expect(not [text for text in spanish if re.search(r"\{\w+\}|undefined|[a-z]_[a-z]", text)], f"keys, {where}")
        page.click("lang-en")
        expect_equal(page.driver.execute_script(self.VISIBLE), english, f"English again, {where}")
        return len(english)

    def switch_language(self):
        page = self.page
        table = page.driver.execute_script("return STRINGS")
        for key, string in table.items():
            expect_equal(sorted(string), ["en", "es"], f"languages of {key}")
            places = [sorted(re.findall(r"\{\w+\}", string[language])) for language in ("en", "es")]
            expect_equal(places[0], places[1], f"places to fill in, in {key}")
        source = self.page_path.read_text()
        unused = [key for key in table if not re.search(rf'["]{key}["]', source)]
        expect_equal(unused, [], "strings never used")
        page.open(self.page_path)
        counts = [self.compare_languages("at the start")]
        page.choose("key-file", self.scratch / "berta.key")
        page.choose("decision-file", self.scratch / "hidden.md")
        page.click("sign")
        page.message("sign-result", "berta has signed")
        page.click("copy")
        page.message("hand-result", "Copied")
        self.check(self.decision, self.scratch / "francesca.sig", Path(self.scratch / "francesca.key.pub").read_text(),
                   "Valid.")
        counts.append(self.compare_languages("signed and checked"))
        page.click("lang-es")
        page.message("sign-result", "berta ha firmado hidden.md")
        page.message("check-result", "Válida.")
        page.click("lang-en")

        spanish = Page(self.scratch, language="es-ES")
        self.browsers.append(spanish)
        spanish.open(self.page_path, width=390)
        expect_equal(spanish.driver.title, "Firmar una decisión", "title for a Spanish browser")
        spanish.screenshot(self.shots / "start-390-es.png")
        return {"strings": len(table), "visible": counts}

    def accessible(self):
        """Names, sizes, contrast and the keyboard, on a phone's width with everything shown."""
        page = self.page
        page.open(self.page_path, width=390)
        page.choose("key-file", self.scratch / "berta.key")
        page.choose("decision-file", self.decision)
        # By keyboard alone: to the button, Enter, and on to the text and the signature.
        page.driver.execute_script("document.getElementById('decision-file').focus()")
        visited = []
        for _ in range(40):
            page.press(Keys.TAB)
            visited.append(page.driver.switch_to.active_element.get_attribute("id"))
            if visited[-1] == "sign":
                page.press(Keys.ENTER)
                page.message("sign-result", "berta has signed")
            if visited[-1] == "check":
                break
        wanted = ["decision-text", "sign", "signature", "copy", "save-signature", "check-file", "check-signature-file",
                  "check-signature", "check-key-file", "check-key", "check"]
        expect_equal(visited, wanted, "order of the keyboard")
        page.press(Keys.SPACE)
        page.message("check-result", "First choose the decision")
        found = page.driver.execute_script("""
            const problems = [];
            const light = (colour) => {
              const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
                .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = (element) => {
              for (let each = element; each; each = each.parentElement) {
                const colour = getComputedStyle(each).backgroundColor;
                if (colour !== 'rgba(0, 0, 0, 0)') return colour;
              }
              return 'rgb(255, 255, 255)';
            };
            for (const element of document.querySelectorAll('body *')) {
              if (element.getClientRects().length === 0 || element.closest('svg')) continue;
              const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
              const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              if (element.textContent.trim() && contrast < 4.5) problems.push(`contrast ${contrast}: ${element.id}`);
            }
            for (const element of document.querySelectorAll('button, input:not([type=file]), textarea, .pick label')) {
              const box = element.getBoundingClientRect();
              if (box.width && (box.width < 24 || box.height < 24)) problems.push(`small: ${element.id}`);
            }
            for (const element of document.querySelectorAll('input, textarea')) {
              if (!element.labels.length) problems.push(`no label: ${element.id}`);
            }
            for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
              for (const name of ['aria-labelledby', 'aria-describedby']) {
                const id = element.getAttribute(name);
                if (id && !document.getElementById(id)) problems.push(`${name} of nothing: ${id}`);
              }
            }
            for (const element of document.querySelectorAll('.result')) {
              if (!element.hasAttribute('aria-live') && element.getAttribute('role') !== 'alert') {
                problems.push(`not announced: ${element.id}`);
              }
            }
            const wide = document.documentElement.scrollWidth;
            if (wide > 390) problems.push(`wider than a phone: ${wide}`);
            return problems;
        """)
        expect_equal(found, [], "accessibility")
        return {"keyboard": visited}

    def pictures(self):
        page, taken = self.page, []
        for width, language in ((390, "es"), (1280, "en")):
            page.open(self.page_path, width=width)
            page.click(f"lang-{language}")
            page.screenshot(self.shots / f"start-{width}.png")
            page.choose("key-file", self.scratch / "berta.key")
            page.choose("decision-file", self.decision)
            page.click("sign")
            page.message("sign-result", "berta ")
            page.choose("check-file", self.decision)
            page.choose("check-signature-file", self.scratch / "francesca.sig")
            page.choose("check-key-file", self.scratch / "francesca.key.pub")
            page.click("check")
            page.message("check-result", "V")
            page.screenshot(self.shots / f"signed-{width}.png")
            wide = page.driver.execute_script("return document.documentElement.scrollWidth")
            expect(wide <= width, f"the page is {wide} wide in a window of {width}")
            taken.append(width)
        printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
        (self.shots / "printed.pdf").write_bytes(base64.b64decode(printed["data"]))
        return {"widths": taken}

    def stop_where_it_must(self):
        """A page that computes wrongly, and a browser without random numbers, sign nothing and say so."""
        page = self.page
        source = self.page_path.read_text()
        said = {}
        for name, old, new in [
            ("rotation", "big1: [14n, 18n, 41n]", "big1: [14n, 18n, 40n]"),
            ("curve", "-121665n * inverse", "-121664n * inverse"),
        ]:
            expect_equal(source.count(old), 1, f"places of {old}")
            page.open(self.file(f"broken-{name}.html", source.replace(old, new).encode()))
            said[name] = page.message("trouble", "This page computes wrongly")
            expect(not page.element("sign").is_enabled() and not page.element("make").is_enabled(), f"{name} signs")
        hook = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
            "source": "Object.defineProperty(window, 'crypto', {value: undefined})"})["identifier"]
        page.open(self.page_path)
        said["random"] = page.message("trouble", "This browser gives no safe random numbers")
        expect(not page.element("sign").is_enabled() and not page.element("make").is_enabled(), "signs without random")
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": hook})
        old = self.file("old-browser.html", source.replace('"use strict";', '"use strict"; 1 +* 2;', 1).encode())
        page.open(old)
        expect(page.element("too-old").is_displayed(), "a browser that cannot read the script is not told so")
        said["old_browser"] = page.text("too-old")
        page.collect()
        page.complaints = [text for text in page.complaints if "old-browser.html" not in text]
        return {"said": said}

    # (g)
    def no_network(self):
        resources = []
        for page in self.browsers:
            resources += page.driver.execute_script(
                "return performance.getEntriesByType('resource').map((entry) => entry.name)")
            page.collect()
        kinds = {}
        for url in [url for page in self.browsers for url in page.requests]:
            kinds[url.split(":")[0]] = kinds.get(url.split(":")[0], 0) + 1
        expect_equal([name for name in resources if not re.match("(data|blob):", name)], [], "resources")
        expect(kinds.get("file", 0) > 0, "the browser's log is empty; nothing was watched")
        expect_equal(sorted(set(kinds) - {"file", "blob", "data", "chrome", "about"}), [], "requests to the network")
        pages = {url for page in self.browsers for url in page.requests if url.startswith("file:")}
        expect_equal([url for url in pages if not url.endswith(".html")], [], "other files asked for")
        expect_equal([text for page in self.browsers for text in page.complaints], [], "complaints of the browser")
        return {"requests": kinds}

    def run(self):
        for step in (
            self.make_key_and_sign, self.same_as_keygen, self.check_signatures, self.refuse_key_files,
            self.refuse_files, self.read_codes, self.compute_like_others, self.switch_language, self.accessible,
            self.pictures, self.stop_where_it_must, self.no_network,
        ):
            started = time.monotonic()
            try:
                details = step()
            except Exception as error:  # whatever it is, it is the reason
                with contextlib.suppress(Exception):
                    self.page.screenshot(self.shots / "failed.png")
                raise Failure(f"{step.__name__}: {error}") from error
            self.page.collect()
            print(json.dumps({"step": step.__name__, "holds": True, "seconds": round(time.monotonic() - started, 1),
                              **details}, ensure_ascii=False), flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: signing_page.py PAGE SCRATCH_FOLDER")
    def too_long(*_):
        raise Failure(f"not done after {LONGEST_RUN} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LONGEST_RUN)
    os.umask(0o077)  # ssh-keygen takes no key file that others may read
    scratch = Path(sys.argv[2]).resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    trial = None
    try:
        trial = Trial(Path(sys.argv[1]), scratch)
        trial.run()
    except Exception as error:
        print(json.dumps({"holds": False, "reason": str(error)}, ensure_ascii=False), flush=True)
        sys.exit(1)
    finally:
        for page in trial.browsers if trial else []:
            page.quit()


if __name__ == "__main__":
    main()
